"""When a push has to be over: a moment (UTC), the time that is left, a durable timer."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.poll_schedule import deadline_of, minutes_left


class Deadline:
    """The deadline of one run; a push without `minutes` has none."""

    def __init__(self, requested: datetime, minutes: int | None) -> None:
        self.at = deadline_of(requested, minutes)
        self._minutes = minutes
        self._timer: asyncio.Task[None] | None = None

    @property
    def left(self) -> timedelta | None:
        """The time until the deadline; None without one."""
        return None if self.at is None else self.at - workflow.now()

    @property
    def has_passed(self) -> bool:
        """Whether the deadline has passed."""
        return self.left is not None and self.left <= timedelta()

    @property
    def is_too_near_to_send(self) -> bool:
        """Whether less than half a minute is left, so that nothing is sent any more."""
        return minutes_left(workflow.now(), self.at) == 0

    @property
    def words(self) -> str:
        """The time that was given, in words."""
        return f"{self._minutes} minute{'' if self._minutes == 1 else 's'}"

    def timer(self) -> asyncio.Future[None] | None:
        """Give the durable timer of the deadline, one a run; None without a deadline."""
        if self.left is None:
            return None
        if self._timer is None:
            left = max(self.left, timedelta())
            self._timer = asyncio.create_task(workflow.sleep(left, summary="the deadline"))
        return self._timer
