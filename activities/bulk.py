"""Retrying many pushes, one after the other, at a pace and within the day's requests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity

from activities.heartbeat import heartbeating
from activities.server_time import ServerTime
from activities.wire import Wire
from codat.quota import DailyQuota

REQUESTS_EACH = 4
"""What a retried push asks of Codat, about: the push, its looks, its part of the options."""

RESERVE = 0.05
"""The part of a day's requests that is left to everybody else."""

ASK_AGAIN = timedelta(hours=1)
"""The longest pause for the day's requests: more may be allowed than was last told."""


STEP_FOR = timedelta(seconds=10)
"""How long a step takes at its pace, about: so soon a pause is heard."""

REQUESTS, PACE = "the day's requests", "the next one's turn"
"""What a bulk waits for."""


class BulkStep(Wire):
    """Some of a bulk's pushes: retry those that have not been started since `planned_on_utc`."""

    bulk_id: str
    pushes: list[UUID]
    planned_on_utc: datetime
    gap_seconds: float
    reason: str | None = None
    is_last: bool = False


class BulkDone(Wire):
    """What became of the first pushes of a step, in its order; then a pause, if need be (UTC)."""

    results: list[str]
    not_before: datetime | None = None
    waits_for: str = REQUESTS


Retry = Callable[[UUID, BulkStep], Awaitable[str]]


class BulkActivities:
    """Retries by `retry`, which gives a word on each push and never sends what is unclear."""

    def __init__(self, retry: Retry, allowance: Callable[[], DailyQuota]) -> None:
        self._retry = retry
        self._allowance = allowance

    @activity.defn(name="bulk-retry")
    async def bulk_retry(self, step: BulkStep) -> BulkDone:
        """Retry until the step is done or the day's requests run low; again, it repeats nothing."""
        time, results = ServerTime(), list[str]()
        async with heartbeating():
            for push_id in step.pushes:
                if results and self._is_low():
                    return BulkDone(results=results, not_before=self._next_allowance(time))
                results.append(await self._retry(push_id, step))
                if step.gap_seconds >= STEP_FOR.total_seconds():
                    return self._with_a_long_gap(step, results, time)
                await asyncio.sleep(step.gap_seconds)
        return BulkDone(results=results)

    def _with_a_long_gap(self, step: BulkStep, results: list[str], time: ServerTime) -> BulkDone:
        # The workflow waits: that outlives a worker and any time-out, and can be stopped.
        if step.is_last and len(results) == len(step.pushes):
            return BulkDone(results=results)
        turn = time.now() + timedelta(seconds=step.gap_seconds)
        if self._is_low() and self._next_allowance(time) > turn:
            return BulkDone(results=results, not_before=self._next_allowance(time))
        return BulkDone(results=results, not_before=turn, waits_for=PACE)

    def _is_low(self) -> bool:
        known = self._allowance()
        needed = known.limit * RESERVE + REQUESTS_EACH
        return known.limit > 0 and known.remaining < needed

    def _next_allowance(self, time: ServerTime) -> datetime:
        return time.now() + min(self._allowance().until_reset, ASK_AGAIN)
