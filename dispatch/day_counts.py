"""How many runs ended on each of the last days, in at most 21 calls to Temporal."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from temporalio.client import Client

from activities.visibility import among, equals, time_text
from codat.clock import utc_now
from codat.models import PushStatus

DAYS = 7


@dataclass(frozen=True)
class DayCount:
    """How many runs ended on a day (UTC), by status."""

    day: date
    by_status: dict[PushStatus, int]


class DayCounter:
    """Counts for one set of companies, all if it is empty; days that are over are counted once."""

    def __init__(self, client: Client, companies: Iterable[object] = ()) -> None:
        self._client = client
        self._pushes = pushes_of(companies)
        self._counted: dict[date, DayCount] = {}

    async def count(self) -> list[DayCount]:
        """Count, and give the last seven days, the oldest first. Raises: RPCError."""
        today = utc_now().date()
        days = [today - timedelta(number) for number in reversed(range(DAYS))]
        self._counted = {day: count for day, count in self._counted.items() if day in days}
        return list(await asyncio.gather(*(self._day(day, today) for day in days)))

    async def _day(self, day: date, today: date) -> DayCount:
        if day in self._counted:
            return self._counted[day]
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(1)
        span = f'CloseTime >= "{time_text(begin)}" AND CloseTime < "{time_text(end)}"'
        counted = DayCount(day, await self._by_status(f"{self._pushes} AND {span}"))
        # The list lags behind: yesterday's last may come a moment after midnight.
        if day < today - timedelta(1):
            self._counted[day] = counted
        return counted

    async def _by_status(self, where: str) -> dict[PushStatus, int]:
        groups = await self._client.count_workflows(f"{where} GROUP BY ExecutionStatus")
        by_word = {str(group.group_values[0]): group.count for group in groups.groups}
        ended = sum(count for word, count in by_word.items() if word != "ContinuedAsNew")
        success, as_failed, as_timed_out = by_word.get("Completed", 0), 0, 0
        if by_word.get("Failed"):
            as_failed, as_timed_out = await asyncio.gather(
                *(self._failed(where, status) for status in ("Failed", "TimedOut"))
            )
        return {
            PushStatus.SUCCESS: success,
            PushStatus.FAILED: as_failed,
            PushStatus.TIMED_OUT: as_timed_out,
            PushStatus.UNKNOWN: max(ended - success - as_failed - as_timed_out, 0),
        }

    async def _failed(self, where: str, status: str) -> int:
        query = f'{where} AND ExecutionStatus="Failed" AND PushStatus="{status}"'
        return (await self._client.count_workflows(query)).count


def pushes_of(companies: Iterable[object]) -> str:
    """Give the condition that a run is a push of these companies, of any without."""
    ids = sorted(str(company) for company in companies)
    own = [among("CompanyId", ids)] if ids else []
    return " AND ".join([equals("WorkflowType", "push"), *own])
