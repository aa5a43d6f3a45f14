"""What Codat's reports of connections and quotas do: hold, release, and tell of requests left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from cachetools import LRUCache
from temporalio.client import Client

from activities.holds import Hold, read_holds
from codat.quota import DailyQuota
from codat.reports import ConnectionReport, QuotaReport
from dispatch.holds import ask_to_hold, ask_to_release
from dispatch.quota_reports import publish_quota
from workflows.hold import REPORTED_BY

LATE = timedelta(hours=1)
"""An older report of a lost connection holds nothing: it may be there again."""

MAX_CONNECTIONS = 10_000
_OUT_OF_DATE = "out of date"


class ClientReports:
    """Takes each report once, and none that is older than one of the same connection."""

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str | None = None,
        tell_quota: Callable[[DailyQuota], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._tell_quota = tell_quota
        self._newest: LRUCache[UUID | None, datetime] = LRUCache(MAX_CONNECTIONS)
        self._lost: LRUCache[UUID, datetime] = LRUCache(MAX_CONNECTIONS)

    async def take(self, report: ConnectionReport | QuotaReport) -> str:
        """Do what a report is for; gives a word on what was done. RPCError."""
        about = report.connection if isinstance(report, ConnectionReport) else None
        newest = self._newest.get(about)
        if newest and report.generated < newest:
            return _OUT_OF_DATE
        if isinstance(report, QuotaReport):
            word = await self._note(report)
        elif report.is_connected:
            word = await self._release(report)
        else:
            word = await self._hold(report)
        if word != _OUT_OF_DATE:
            self._newest[about] = report.generated
        return word

    async def _note(self, report: QuotaReport) -> str:
        if report.age > LATE or report.quota.until_reset <= timedelta():
            return _OUT_OF_DATE
        self._tell_quota(report.quota)
        await publish_quota(self._client, report.quota, self._task_queue)
        return "quota noted"

    async def _hold(self, report: ConnectionReport) -> str:
        if report.age > LATE:
            return _OUT_OF_DATE
        if await self._held(report) is not None:
            return "held before"
        wish = Hold(
            connection_id=report.connection,
            reason=f"Codat reports that the connection is disconnected ({report.status}).",
            by=REPORTED_BY,
            since=report.generated,
        )
        await ask_to_hold(self._client, report.company, wish, task_queue=self._task_queue)
        self._lost[report.connection] = report.generated
        return "held"

    async def _release(self, report: ConnectionReport) -> str:
        held = await self._held(report)
        if held is None or held.by != REPORTED_BY:
            return "not held"
        # A report from before the hold is of an earlier loss, unless this loss is older still.
        if report.generated < self._lost.get(report.connection, held.since):
            return _OUT_OF_DATE
        await ask_to_release(self._client, report.company, report.connection, by=REPORTED_BY)
        return "released"

    async def _held(self, report: ConnectionReport) -> Hold | None:
        holds = await read_holds(self._client, report.company)
        return next((hold for hold in holds if hold.scope == (report.connection, None)), None)
