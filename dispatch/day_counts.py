"""How many runs began on each of the last days, by how they ended; at most 22 calls to Temporal."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from activities.visibility import among, equals, time_text
from codat.clock import utc_now
from codat.models import PushStatus

DAYS = 7
MAX_UNKNOWN = 1000
"""So many runs of a week that ended Unknown are counted, the last ones."""

KEPT_FOR = timedelta(minutes=15)
"""How long the count of a day that is over is shown again: what began then may still end."""

_AT_ONCE = 4
"""Counts at a time: a store that is asked for all of them has no time for pushes."""

_FROM_OUTSIDE = ("Terminated", "Canceled", "TimedOut")
"""Temporal's own statuses of a run that could not say how it ended."""


@dataclass(frozen=True)
class DayCount:
    """How many runs that began on a day (UTC) have ended, by status."""

    day: date
    by_status: dict[PushStatus, int]


class DayCounter:
    """Counts for one set of companies, all if it is empty.

    A run counts on the day on which it began. The condition of the day is the first, since a store
    looks at each row for the second.
    """

    def __init__(self, client: Client, companies: Iterable[object] = ()) -> None:
        self._client = client
        self._own = own_of(companies)
        self._counted: dict[date, tuple[Counter[PushStatus], datetime]] = {}

    async def count(self) -> list[DayCount]:
        """Count, and give the last seven days, the oldest first. Raises: RPCError."""
        now = utc_now()
        days = [now.date() - timedelta(number) for number in reversed(range(DAYS))]
        unknown = await self._days_of(
            f"{equals('PushStatus', PushStatus.UNKNOWN.value)} "
            f'AND StartTime >= "{_midnight(days[0])}"{self._own}'
        )
        gate = asyncio.Semaphore(_AT_ONCE)

        async def count(day: date) -> Counter[PushStatus]:
            async with gate:
                return await self._count(day, now)

        counts = await asyncio.gather(*map(count, days))
        self._counted = {day: known for day, known in self._counted.items() if day in days}
        unknowns = Counter(unknown)
        return [
            DayCount(
                day, counted | {PushStatus.UNKNOWN: counted[PushStatus.UNKNOWN] + unknowns[day]}
            )
            for day, counted in zip(days, counts, strict=True)
        ]

    async def _count(self, day: date, now: datetime) -> Counter[PushStatus]:
        """Count the runs of a day, without those that said themselves that they are Unknown."""
        known = self._counted.get(day)
        if known and day < now.date() and now - known[1] < KEPT_FOR:
            return known[0]
        began = f"{_began_on(day)}{self._own}"
        by_execution = await self._by_execution(f"{began} AND {equals('WorkflowType', 'push')}")
        counted = Counter(
            {
                PushStatus.SUCCESS: by_execution["Completed"],
                PushStatus.UNKNOWN: sum(by_execution[status] for status in _FROM_OUTSIDE),
            }
        )
        for status in (PushStatus.FAILED, PushStatus.TIMED_OUT):
            own = f"{equals('PushStatus', status.value)} AND {began}"
            counted[status] = (await self._client.count_workflows(own)).count
        self._counted[day] = counted, now
        return counted

    async def _by_execution(self, query: str) -> Counter[str]:
        found = await self._client.count_workflows(f"{query} GROUP BY ExecutionStatus")
        return Counter({str(group.group_values[0]): group.count for group in found.groups})

    async def _days_of(self, query: str) -> list[date]:
        asked = ListWorkflowExecutionsRequest(
            namespace=self._client.namespace, page_size=MAX_UNKNOWN, query=query
        )
        answer = await self._client.workflow_service.list_workflow_executions(asked, retry=True)
        return [run.start_time.ToDatetime(UTC).date() for run in answer.executions]


def own_of(companies: Iterable[object]) -> str:
    """Give the condition, to be appended, that a push is of these companies; none without any."""
    ids = sorted(str(company) for company in companies)
    return f" AND {among('CompanyId', ids)}" if ids else ""


def _began_on(day: date) -> str:
    return f'StartTime >= "{_midnight(day)}" AND StartTime < "{_midnight(day + timedelta(1))}"'


def _midnight(day: date) -> str:
    return time_text(datetime.combine(day, time(), UTC))
