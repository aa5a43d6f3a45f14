"""How many runs began on each of the last days, by how they ended; at most 23 calls to Temporal."""

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

_COUNTED = (PushStatus.SUCCESS, PushStatus.FAILED, PushStatus.TIMED_OUT)
_FROM_OUTSIDE = (
    f"{equals('PushStatus', PushStatus.PENDING.value)} AND CloseTime IS NOT NULL "
    'AND ExecutionStatus != "ContinuedAsNew"'
)


@dataclass(frozen=True)
class DayCount:
    """How many runs that began on a day (UTC) have ended, by status."""

    day: date
    by_status: dict[PushStatus, int]


class DayCounter:
    """Counts for one set of companies, all if it is empty.

    A run counts on the day on which it began, and pushes are told by their status alone: a store
    answers that from one index, in a twentieth of the time.
    """

    def __init__(self, client: Client, companies: Iterable[object] = ()) -> None:
        self._client = client
        self._own = own_of(companies)
        self._counted: dict[tuple[date, PushStatus], tuple[int, datetime]] = {}

    async def count(self) -> list[DayCount]:
        """Count, and give the last seven days, the oldest first. Raises: RPCError."""
        now = utc_now()
        days = [now.date() - timedelta(number) for number in reversed(range(DAYS))]
        wanted = [(day, status) for day in days for status in _COUNTED]
        unknown = await self._unknown(days[0])
        gate = asyncio.Semaphore(_AT_ONCE)

        async def count(day: date, status: PushStatus) -> int:
            async with gate:
                return await self._count(day, status, now)

        counts = await asyncio.gather(*(count(*place) for place in wanted))
        self._counted = {place: known for place, known in self._counted.items() if place in wanted}
        found = dict(zip(wanted, counts, strict=True))
        return [
            DayCount(
                day,
                {status: found[day, status] for status in _COUNTED}
                | {PushStatus.UNKNOWN: unknown[day]},
            )
            for day in days
        ]

    async def _count(self, day: date, status: PushStatus, now: datetime) -> int:
        known = self._counted.get((day, status))
        if known and day < now.date() and now - known[1] < KEPT_FOR:
            return known[0]
        query = f"{equals('PushStatus', status.value)} AND {_began_on(day)}{self._own}"
        count = (await self._client.count_workflows(query)).count
        self._counted[day, status] = count, now
        return count

    async def _unknown(self, since: date) -> Counter[date]:
        """Count runs that ended Unknown, or from outside: few, so that they can be listed."""
        unknown = equals("PushStatus", PushStatus.UNKNOWN.value)
        began = f'StartTime >= "{_midnight(since)}"{self._own}'
        lists = await asyncio.gather(
            *(self._days_of(f"{ended} AND {began}") for ended in (unknown, _FROM_OUTSIDE))
        )
        return Counter(day for found in lists for day in found)

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
