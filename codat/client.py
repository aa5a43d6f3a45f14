"""Codat's push API: one method per endpoint, nothing repeated, nothing followed."""

import base64
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

import httpx
from pydantic import ValidationError

from codat import clock, exact_json
from codat.consumers import CodatConsumers
from codat.errors import CodatError, CodatRefused
from codat.exchange import SendGate, exchange
from codat.limits import RequestLimits
from codat.models import OperationPage, PushOperation, PushOption, PushTarget
from codat.observer import RequestEvent, RequestObserver, endpoint, ignore, note
from codat.operation_answers import operation_of, operation_page_of, pushed_operation_of
from codat.reads import CodatReads
from codat.responses import CodatResponse
from codat.settings import CodatSettings
from codat.target import segment
from codat.turns import in_turn
from codat.writes import CodatWrites, FilePart

# Below the 5 s after which servers commonly hang up: a write into a dying connection is lost.
_KEEPALIVE_SECONDS = 3.0
# `Date` has whole seconds and tells no more of a clock than how long the answer took.
_SOON, _HALF_A_SECOND = 1.0, timedelta(seconds=0.5)


class CodatClient:
    """Codat, asked once per call; every failure is a CodatError. Close it, or use `async with`.

    `limits` lets calls through or raises NotSent; `on_request` gets each request that was made.
    `reads` reads records, `writes` deletes, attaches and detaches, `consumers` has who gets
    webhooks; their requests are subject to the same limits.
    `clock_ahead` is how far our wall clock was ahead of Codat's when that was seen last, within a
    second.
    """

    def __init__(
        self,
        settings: CodatSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        on_request: RequestObserver = ignore,
    ) -> None:
        self._on_request = on_request
        key = settings.api_key.get_secret_value().strip()
        token = base64.b64encode(key.encode()).decode()
        patience = settings.connect_timeout.total_seconds()
        answer = settings.read_timeout.total_seconds()
        self._secrets = (key, token)
        self._total = settings.total_timeout
        self._base = str(settings.base_url).rstrip("/")
        self.limits = RequestLimits(
            settings.company_concurrency,
            settings.requests_per_minute,
            company_share=settings.company_share,
        )
        self.clock_ahead: timedelta | None = None
        self.reads = CodatReads(self._request, partial(self._send, writes=False))
        self.writes = CodatWrites(self._request, self._send, pushed_operation_of)
        self.consumers = CodatConsumers(self._request, self._send)
        self._traces = transport is None or isinstance(transport, httpx.AsyncHTTPTransport)
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Basic {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(connect=patience, pool=patience, read=answer, write=answer),
            limits=httpx.Limits(keepalive_expiry=_KEEPALIVE_SECONDS),
            follow_redirects=False,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def options_document(self, target: PushTarget) -> dict[str, Any]:
        """Fetch what the platform accepts, as it was sent (numbers keep their digits)."""
        answer = await self._options(target)
        document = await in_turn(CodatResponse.document, answer)
        if not isinstance(document, dict):
            raise answer.unusable("no options")
        return cast("dict[str, Any]", document)

    async def options(self, target: PushTarget) -> PushOption:
        """Fetch what the platform accepts."""
        answer = await self._options(target)
        try:
            return PushOption.model_validate(answer.document())
        except ValidationError as error:
            raise answer.unusable("no options") from error

    async def push(  # noqa: PLR0913, the parameters of Codat's endpoint
        self,
        target: PushTarget,
        record: object,
        *,
        record_id: str | None = None,
        timeout_in_minutes: int | None = None,
        allow_sync_on_push_complete: bool | None = None,
        force_update: bool | None = None,
        idempotency_key: UUID | None = None,
        before_send: Callable[[], None] | None = None,
    ) -> PushOperation:
        """Create a record, or update `record_id`; `before_send` runs just before the first byte.

        What `before_send` raises comes out unchanged, and then nothing was sent.
        """
        path = f"{_connection(target)}/push/{target.push_path}"
        try:
            request = self._request(
                "POST" if record_id is None else "PUT",
                path if record_id is None else f"{path}/{segment(record_id)}",
                (await in_turn(exact_json.dumps, record)).encode(),
                timeoutInMinutes=timeout_in_minutes,
                allowSyncOnPushComplete=allow_sync_on_push_complete,
                forceUpdate=None if record_id is None else force_update,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise CodatRefused(f"The record can't be sent: {error}") from error
        if idempotency_key and record_id is None:
            request.headers["Idempotency-Key"] = str(idempotency_key)
        answer = await self._send(target.company_id, request, before_send)
        return await pushed_operation_of(answer, target)

    async def operation(self, company_id: UUID, key: UUID) -> PushOperation:
        """Read one push operation."""
        answer = await self._send(
            company_id, self._request("GET", f"/companies/{company_id}/push/{key}")
        )
        operation = await in_turn(operation_of, answer)
        if operation.push_operation_key != key:
            raise answer.unusable("another push operation")
        return operation

    async def operations(
        self,
        company_id: UUID,
        *,
        query: str | None = None,
        order_by: str | None = "-requestedOnUtc",
        page: int = 1,
        page_size: int = 100,
    ) -> OperationPage:
        """Read one page of a company's push operations; one unreadable entry spoils the page."""
        path = f"/companies/{company_id}/push"
        request = self._request(
            "GET", path, page=page, pageSize=page_size, query=query, orderBy=order_by
        )
        answer = await self._send(company_id, request)
        found = await in_turn(operation_page_of, answer)
        return found.model_copy(update={"date": answer.date})

    async def _options(self, target: PushTarget) -> CodatResponse:
        path = f"{_connection(target)}/options/{target.options_path}"
        return await self._send(target.company_id, self._request("GET", path))

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        file: FilePart | None = None,
        **query: str | float | None,
    ) -> httpx.Request:
        return self._http.build_request(
            method,
            f"{self._base}{path}",
            params={name: value for name, value in query.items() if value is not None} or None,
            content=body,
            files={"file": file} if file else None,
            headers={"Content-Type": "application/json"} if body else {},
        )

    async def _send(
        self,
        company_id: UUID | None,
        request: httpx.Request,
        before_send: Callable[[], None] | None = None,
        *,
        writes: bool | None = None,
    ) -> CodatResponse:
        writes = request.method != "GET" if writes is None else writes
        with self.limits.hold(company_id, writes=writes), self._listening(request) as endings:
            moment = SendGate(before_send)
            if not self._traces:
                moment.arrive()
            begun = clock.seconds()
            response, body = await exchange(self._http, request, moment=moment, within=self._total)
            endings.append(str(response.status_code))
            answer = CodatResponse(response.status_code, response.headers, body, self._secrets)
            if answer.date and clock.seconds() - begun < _SOON:
                self.clock_ahead = clock.utc_now() - answer.date - _HALF_A_SECOND
            self.limits.learn(company_id, answer, writes=writes)
        return answer

    @contextmanager
    def _listening(self, request: httpx.Request) -> Generator[list[str]]:
        """Tell how a request ended: with a status, if one is put into the list, or an error."""
        endings: list[str] = []
        begun = clock.monotonic()
        try:
            yield endings
        except BaseException as error:
            endings.append(error.kind if isinstance(error, CodatError) else "stopped")
            raise
        finally:
            allowance, seconds = self.limits.allowance, clock.monotonic() - begun
            left = allowance.remaining if allowance.limit else None
            heard = RequestEvent(endpoint(request), endings[0], seconds, left)
            note(heard)
            self._on_request(heard)


def _connection(target: PushTarget) -> str:
    return f"/companies/{target.company_id}/connections/{target.connection_id}"
