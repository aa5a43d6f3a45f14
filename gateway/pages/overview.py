"""The start page: who needs a person now, how pushes end, how long they take, what waits."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from cachetools import LRUCache
from fastapi import Request
from starlette.responses import Response

from activities.holds import Hold
from codat.clock import utc_now
from codat.models import PushStatus
from codat.quota import DailyQuota
from dispatch.recent import ENDED, FAILED, LONG, WAITING, RecentPushes, RecentReader, RecentRun
from gateway.dependencies import Dependencies
from gateway.pages.charts import HEIGHT, STATUSES, WIDTH, day_bars, durations_of
from gateway.pages.login import LoginPages
from gateway.rendering import page
from gateway.sessions import remember

FRESH = timedelta(seconds=15)
"""How long what was read of Temporal is shown again."""

_MAX_READERS = 100
_MAX_ROWS = 20


@dataclass(frozen=True)
class NeedsPerson:
    """Pushes of one company that did not succeed for the same cause, and the newest of them."""

    company: str
    cause: str
    status: PushStatus
    count: int
    newest: RecentRun
    list_link: str


@dataclass(frozen=True)
class Waits:
    """A push that is under way for long, and why."""

    run: RecentRun
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
        self._readers: LRUCache[frozenset[UUID], _CachedReader] = LRUCache(_MAX_READERS)

    async def show(self, request: Request) -> Response:
        """Show it to whoever is logged in, of the companies that their key may see."""
        session = self._visits.visitor(request)
        companies = session.key.companies
        reader = self._readers.get(companies)
        if reader is None:
            reader = _CachedReader(RecentReader(self._dependencies.temporal, companies))
            self._readers[companies] = reader
        recent, now = await reader.recent(), utc_now()
        quota = _quota_left(self._dependencies.quota(), now) if not companies else None
        needs = _needs_person(recent.failed)
        waits = [_waits(run, recent.holds, now) for run in recent.waiting]
        answer = page(
            "home",
            session=session,
            age=now - recent.read_at,
            needs=needs[:_MAX_ROWS],
            needs_more=len(needs) - _MAX_ROWS,
            failed_limit=FAILED if len(recent.failed) >= FAILED else 0,
            holds=recent.holds,
            waits=sorted(waits, key=lambda waiting: -waiting.age)[:_MAX_ROWS],
            waits_count=f"{WAITING} or more" if len(waits) >= WAITING else len(waits),
            long=LONG,
            under_way=recent.under_way,
            days=recent.days,
            bars=day_bars(recent.days),
            statuses=STATUSES,
            size=(WIDTH, HEIGHT),
            durations=durations_of(recent.ended)[:_MAX_ROWS],
            causes=_causes(recent.ended)[:_MAX_ROWS],
            ended=min(len(recent.ended), ENDED),
            quota=quota,
        )
        return remember(answer, session, request)


class _CachedReader:
    """Reads once for all who ask within some seconds."""

    def __init__(self, reader: RecentReader) -> None:
        self._reader = reader
        self._lock = asyncio.Lock()
        self._known: RecentPushes | None = None

    async def recent(self) -> RecentPushes:
        async with self._lock:
            if self._known is None or utc_now() - self._known.read_at >= FRESH:
                self._known = await self._reader.read()
            return self._known


def _needs_person(failed: Sequence[RecentRun]) -> list[NeedsPerson]:
    groups: dict[tuple[str, str], list[RecentRun]] = {}
    for run in failed:
        groups.setdefault((run.company, run.cause), []).append(run)
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


def _list_link(run: RecentRun) -> str:
    words = run.cause.partition(": ")[2].replace("…", " ")
    asked = {
        "status": run.status.value,
        "words": words if "ended from outside" not in words else "",
    }
    return f"/companies/{run.company}/pushes?{urlencode(asked)}"


def _waits(run: RecentRun, holds: dict[UUID, list[Hold]], now: datetime) -> Waits:
    held = next((hold for hold in _holds_of(run, holds)), None)
    why = "The accounting software has it and has not finished." if run.has_operation else ""
    if held and not run.has_operation:
        why = f"Held by {held.by}: {held.reason}"
    return Waits(run, now - run.requested, why or "It is not sent, or Codat's answer is missing.")


def _holds_of(run: RecentRun, holds: dict[UUID, list[Hold]]) -> list[Hold]:
    return [
        hold
        for company, held in holds.items()
        for hold in held
        if str(company) == run.company
        and str(hold.connection_id or run.connection) == run.connection
        and (hold.data_type or run.data_type) == run.data_type
    ]


def _causes(ended: Sequence[RecentRun]) -> list[tuple[str, int]]:
    return Counter(run.cause for run in ended if run.status is not PushStatus.SUCCESS).most_common()


def _quota_left(quota: DailyQuota, now: datetime) -> QuotaLeft | None:
    if quota.limit <= 0:
        return None
    spent, begun = quota.limit - quota.remaining, timedelta(days=1) - quota.until_reset
    left = begun * (quota.remaining / spent) if spent > 0 else timedelta(days=1)
    return QuotaLeft(quota.remaining, quota.limit, now + left if left < quota.until_reset else None)
