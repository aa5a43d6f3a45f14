"""The start page: who needs a person now, how pushes end, how long they take, what waits."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from cachetools import LRUCache
from fastapi import Request
from starlette.responses import Response
from temporalio.client import Client

from activities.holds import Hold
from codat.clock import utc_now
from codat.models import PushStatus
from codat.quota import DailyQuota
from dispatch.day_counts import DayCount, DayCounter
from dispatch.listed_run import ListedRun
from dispatch.recent import ENDED, FAILED, LONG, WAITING, RecentPushes, RecentReader
from gateway.cached_reading import CachedReading, CachedValue
from gateway.dependencies import Dependencies
from gateway.directory import Names
from gateway.pages.charts import HEIGHT, STATUSES, WIDTH, day_bars, durations_of
from gateway.pages.login import LoginPages
from gateway.rendering import page
from gateway.sessions import remember

FRESH, COUNTS_FRESH = timedelta(seconds=15), timedelta(minutes=1)
"""How long what was read of Temporal is shown again, and what was counted there."""

WAIT, WAIT_FOR_COUNTS = 0.2, 0.1
"""Seconds. Whoever looks waits so long for what is new; then the last known is shown."""

_MAX_READERS = 100
_MAX_ROWS = 20
_MAX_COMPANIES = 200


@dataclass(frozen=True)
class NeedsPerson:
    """Pushes of one company that did not succeed for the same cause, and the newest of them."""

    company: str
    cause: str
    status: PushStatus
    count: int
    newest: ListedRun
    list_link: str


@dataclass(frozen=True)
class Waits:
    """A push that is under way for long, and why."""

    run: ListedRun
    age: timedelta
    why: str


@dataclass(frozen=True)
class QuotaLeft:
    """The day's requests, and when they are gone at this pace; None: they last for the day."""

    remaining: int
    limit: int
    gone_at: datetime | None


class OverviewPage:
    """The page at `/`; what many look at is read once in a while."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits
        self._readings: LRUCache[frozenset[UUID], _Readings] = LRUCache(_MAX_READERS)

    async def show(self, request: Request) -> Response:
        """Show it to whoever is logged in, of the companies that their key may see."""
        session = self._visits.visitor(request)
        companies = session.key.companies
        readings = self._readings.get(companies)
        if readings is None:
            readings = _Readings(self._dependencies.temporal, companies)
            self._readings[companies] = readings
        shown, names = await asyncio.gather(
            readings.get(), self._dependencies.directory.names(companies)
        )
        now = utc_now()
        quota = _quota_left(self._dependencies.quota(), now) if not companies else None
        values = {"session": session, "quota": quota, "is_whole": shown.is_whole}
        values |= _companies(names, companies)
        answer = page(
            "home", **values, **_needs(shown), **_recent(shown, names, now), **_days(shown)
        )
        return remember(answer, session, request)

    def forget(self) -> None:
        """Read all anew for whoever looks next."""
        self._readings.clear()


class _Readings:
    """What was read for those who see the same companies."""

    def __init__(self, client: Client, companies: frozenset[UUID]) -> None:
        reader = RecentReader(client, companies)
        self._recent = CachedReading(reader.read, FRESH)
        self._failed = CachedReading(reader.failed, FRESH)
        self._days = CachedReading(DayCounter(client, companies).count, COUNTS_FRESH)

    async def get(self) -> "_Numbers":
        """Return what is known after waiting for what is new; the costly counts come last."""
        recent, failed = await asyncio.gather(self._recent.get(WAIT), self._failed.get(WAIT))
        return _Numbers(recent, failed, await self._days.get(WAIT_FOR_COUNTS))


@dataclass(frozen=True)
class _Numbers:
    """What can be shown now; None is still being read."""

    recent: CachedValue[RecentPushes] | None
    failed: CachedValue[list[ListedRun]] | None
    days: CachedValue[list[DayCount]] | None

    @property
    def is_whole(self) -> bool:
        """Whether all has been read."""
        return bool(self.recent and self.failed and self.days)


def _companies(names: Names, own: frozenset[UUID]) -> dict[str, Any]:
    known = names.by_name
    unknown = sorted(str(company) for company in own if str(company) not in names.companies)
    listed = [*known, *((company, company) for company in unknown)]
    return {
        "names": names,
        "companies": listed[:_MAX_COMPANIES],
        "companies_cut": len(listed) > _MAX_COMPANIES or (names.is_cut and not own),
    }


def _needs(shown: _Numbers) -> dict[str, Any]:
    failed = shown.failed.value if shown.failed else []
    rows = _needs_person(failed)
    return {
        "needs": rows[:_MAX_ROWS] if shown.failed else None,
        "needs_more": len(rows) - _MAX_ROWS,
        "failed_limit": FAILED if len(failed) >= FAILED else 0,
        "needs_age": shown.failed.age if shown.failed else None,
    }


def _recent(shown: _Numbers, names: Names, now: datetime) -> dict[str, Any]:
    if shown.recent is None:
        return {"recent": None, "holds": {}}
    recent = shown.recent.value
    waits = [_waits(run, recent.holds, now) for run in recent.waiting]
    return {
        "recent": recent,
        "age": shown.recent.age,
        "holds": recent.holds,
        "waits": sorted(waits, key=lambda waiting: -waiting.age)[:_MAX_ROWS],
        "waits_count": f"{WAITING} or more" if len(waits) >= WAITING else len(waits),
        "long": LONG,
        "durations": durations_of(recent.ended, names.platforms)[:_MAX_ROWS],
        "causes": _causes(recent.ended)[:_MAX_ROWS],
        "ended": min(len(recent.ended), ENDED),
    }


def _days(shown: _Numbers) -> dict[str, Any]:
    days = shown.days.value if shown.days else []
    return {
        "days": days,
        "days_age": shown.days.age if shown.days else None,
        "bars": day_bars(days),
        "statuses": STATUSES,
        "size": (WIDTH, HEIGHT),
    }


def _needs_person(failed: Sequence[ListedRun]) -> list[NeedsPerson]:
    groups: dict[tuple[str, str], list[ListedRun]] = {}
    for run in failed:
        groups.setdefault((run.company, run.cause_text), []).append(run)
    rows = [
        NeedsPerson(
            company=company,
            cause=cause,
            status=runs[0].status,
            count=len(runs),
            newest=max(runs, key=lambda run: run.requested),
            list_link=_list_link(runs[0]),
        )
        for (company, cause), runs in groups.items()
    ]
    # What may still land first: a person can do harm there by doing nothing, or by trying again.
    return sorted(rows, key=lambda row: (row.status is PushStatus.FAILED, -row.count))


def _list_link(run: ListedRun) -> str:
    asked = {"status": run.status.value} | ({"cause": run.cause} if run.cause else {})
    return f"/companies/{run.company}/pushes?{urlencode(asked)}"


def _waits(run: ListedRun, holds: dict[UUID, list[Hold]], now: datetime) -> Waits:
    held = next((hold for hold in _holds_of(run, holds)), None)
    why = "The accounting software has it and has not finished." if run.has_operation else ""
    if held and not run.has_operation:
        why = f"Held by {held.by}: {held.reason}"
    return Waits(run, now - run.requested, why or "It is not sent, or Codat's answer is missing.")


def _holds_of(run: ListedRun, holds: dict[UUID, list[Hold]]) -> list[Hold]:
    return [
        hold
        for company, held in holds.items()
        for hold in held
        if str(company) == run.company
        and str(hold.connection_id or run.connection) == run.connection
        and (hold.data_type or run.data_type) == run.data_type
    ]


def _causes(ended: Sequence[ListedRun]) -> list[tuple[str, int]]:
    causes = (run.cause_text for run in ended if run.status is not PushStatus.SUCCESS)
    return Counter(causes).most_common()


def _quota_left(quota: DailyQuota, now: datetime) -> QuotaLeft | None:
    if quota.limit <= 0:
        return None
    spent, begun = quota.limit - quota.remaining, timedelta(days=1) - quota.until_reset
    left = begun * (quota.remaining / spent) if spent > 0 else timedelta(days=1)
    return QuotaLeft(quota.remaining, quota.limit, now + left if left < quota.until_reset else None)
