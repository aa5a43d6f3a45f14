"""`POST /webhooks/codat`: Codat's reports become hints to the pushes they are about, or holds."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from cachetools import FIFOCache, TTLCache
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from temporalio.client import Client
from temporalio.common import MetricMeter
from temporalio.service import RPCError, RPCStatusCode

from activities.visibility import equals
from codat.reports import ConnectionReport, QuotaReport, ReadReport
from codat.webhooks import Event, NotGenuine, Webhooks
from gateway.auth import ApiKey, authenticate
from gateway.client_reports import ClientReports
from gateway.errors import HttpError
from gateway.middleware.metrics import WEBHOOKS
from gateway.read_reports import ReadReports

log = logging.getLogger("surepush.webhooks")

SETTLED = timedelta(minutes=2)
"""A younger operation that no push is known for may be one whose POST is still being answered."""

COME_AGAIN = {"Retry-After": "5"}
MAX_STRANGERS = 10_000

MAX_HINTED, HINTED_FOR = 10_000, 3600
"""Signed reports that are known again, and for how many seconds. A signature is good for 300."""


class Receiver:
    """Finds the push of an operation and tells it to look; `counts` says what came of reports."""

    def __init__(
        self,
        client: Client,
        webhooks: Webhooks,
        meter: MetricMeter = MetricMeter.noop,
        reports: ClientReports | None = None,
    ) -> None:
        self._client = client
        self._reports = reports or ClientReports(client)
        self._reads = ReadReports(client)
        self._webhooks = webhooks
        self._hinted: TTLCache[str, bool] = TTLCache(MAX_HINTED, HINTED_FOR)
        self._strangers: FIFOCache[UUID, float] = FIFOCache(MAX_STRANGERS)
        self.counts: Counter[str] = Counter()
        self._verdicts = meter.create_counter(WEBHOOKS, "Codat's reports, by what came of them.")

    def routes(self, keys: Sequence[ApiKey] = ()) -> list[BaseRoute]:
        """Give what an application serves; its counts only for a key of all companies, if any."""

        async def tell(request: Request) -> Response:
            if keys and authenticate(request.headers.get("authorization"), keys).companies:
                raise HttpError(403, "This API key is bound to companies: the counts are of all.")
            return JSONResponse(dict(self.counts))

        return [
            Route("/webhooks/codat", self._receive, methods=["POST"]),
            Route("/webhooks/codat", tell, methods=["GET"]),
        ]

    async def _receive(self, request: Request) -> Response:
        try:
            event = self._webhooks.read(await request.body(), request.headers)
        except NotGenuine as error:
            log.warning("A webhook was refused: %s", error)
            return self._answer("refused", 401)
        if not isinstance(event, Event):
            return self._answer(await self._other(event), 200)
        if event.message in self._hinted:
            return self._answer("repeated", 200)
        known = await self._hint(event.operation)
        if known:
            if event.message:
                self._hinted[event.message] = True
            return self._answer("hinted", 200)
        if self._is_young(event):
            return self._answer("too early", 503)
        return self._answer("unknown", 200)

    async def _other(self, report: ConnectionReport | QuotaReport | ReadReport | None) -> str:
        """Take a report that is about no push operation; gives a word on what was done."""
        if report is None:
            return "about something else"
        if not isinstance(report, ReadReport):
            return await self._reports.take(report)
        if report.message in self._hinted:
            return "repeated"
        word = await self._reads.take(report)
        if report.message:
            self._hinted[report.message] = True
        return word

    def _answer(self, what: str, status: int) -> Response:
        self.counts[what] += 1
        self._verdicts.add(1, {"verdict": what})
        headers = COME_AGAIN if status >= 500 else None  # noqa: PLR2004, a server's trouble
        return JSONResponse({"status": what}, status_code=status, headers=headers)

    async def _hint(self, operation: UUID) -> bool:
        """Tell the push of this operation to look; False if there is none."""
        query = equals("PushOperationKey", operation)
        ids = {push.id async for push in self._client.list_workflows(query, limit=20)}
        for push_id in ids:
            try:
                await self._client.get_workflow_handle(push_id).signal(
                    "operation-updated", str(operation)
                )
            except RPCError as error:
                # The push is over: a report that comes twice or late has nothing to tell it.
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
        return bool(ids)

    def _is_young(self, event: Event) -> bool:
        if event.age is not None:
            return event.age < SETTLED
        # The older kind does not say when: two minutes count from its first coming.
        first = self._strangers.setdefault(event.operation, time.monotonic())
        return time.monotonic() - first < SETTLED.total_seconds()
