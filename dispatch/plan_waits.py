"""Which pushes are worth waiting for: those that are over within two seconds."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from cachetools import TLRUCache
from temporalio.service import RPCError

from codat import clock
from dispatch.pushes import InvalidPushRequest, NoSuchPush, Push
from workflows.models import PushOutcome, PushRequest

SHORT = timedelta(seconds=2)
"""A push that is over within this time is quick; nothing is waited for longer."""

_QUICK_FOR, _SLOW_FOR = timedelta(minutes=10), timedelta(seconds=30)
"""How long it is believed: a wait in vain is two seconds, one that is missed some milliseconds."""

_MAX_KNOWN = 1_000

_MAX_WAITS = 50
"""Pushes that one worker waits for at once: plans that wait keep places of workflow tasks."""

Place = tuple[str, ...]


class ShortWaits:
    """Waits for the ends of pushes, and learns of each connection and data type how quick it is."""

    def __init__(self) -> None:
        self._quick: TLRUCache[Place, bool] = TLRUCache(
            _MAX_KNOWN, _believed_until, clock.monotonic
        )
        self._waits = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def is_worth(self, request: PushRequest) -> bool:
        """Tell whether such pushes are over in short, and this worker may wait for another."""
        return self._quick.get(_place(request), False) and self._waits < _MAX_WAITS

    def learn(self, push: Push, request: PushRequest) -> None:
        """See in the background how quick a push is, where that is not known."""
        if _place(request) in self._quick or self._waits >= _MAX_WAITS:
            return
        task = asyncio.create_task(self._watch(push, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, push: Push, request: PushRequest) -> None:
        with suppress(RPCError, NoSuchPush, InvalidPushRequest):
            await self.outcome(push, request)

    async def outcome(self, push: Push, request: PushRequest) -> PushOutcome | None:
        """Wait for a push to end; None where it takes longer. Raises: RPCError."""
        self._waits += 1
        try:
            async with asyncio.timeout(SHORT.total_seconds()):
                outcome = await push.outcome()
        except TimeoutError:
            outcome = None
        finally:
            self._waits -= 1
        self._quick[_place(request)] = outcome is not None
        return outcome


def _believed_until(_place: Place, is_quick: bool, now: float) -> float:  # noqa: FBT001, the cache calls it
    return now + (_QUICK_FOR if is_quick else _SLOW_FOR).total_seconds()


def _place(request: PushRequest) -> Place:
    target = request.target
    return (
        str(target.company_id),
        str(target.connection_id),
        target.operation_data_type,
        request.push_kind,
    )
