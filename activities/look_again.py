"""Beginning a run that looks at a push again and sends nothing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import activity

from activities.wire import Wire


class LookAgain(Wire):
    """A push, by its workflow id, and after how long it is looked at first."""

    workflow_id: str
    after: timedelta


class LookAgainActivities:
    """Looks by `look`, which tells whether the push is out of doubt."""

    def __init__(self, look: Callable[[str], Awaitable[bool]]) -> None:
        self._look = look

    @activity.defn(name="look-again")
    async def look_again(self, ask: LookAgain) -> bool:
        """Begin a look unless the push runs; True where none is needed any more."""
        return await self._look(ask.workflow_id)
