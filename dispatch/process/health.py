"""Two answers for whoever runs a process: whether it lives, and whether it can work."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from codat.clock import monotonic
from codat.settings import SettingsError
from dispatch.clock_offset import Clocks
from dispatch.connection_errors import meaning_of_refusal

log = logging.getLogger("surepush.health")

PATIENCE = timedelta(seconds=3)
"""How long the server may take to answer."""

KEEP = 1.0
"""Seconds for which an answer holds, so that questions cost the server little."""

EVERY = 15.0
"""Seconds between two looks at whether Temporal is still there."""

READ_WITHIN = 5.0
MAX_BYTES = 8192


class Readiness:
    """Whether Temporal answers and our clock is right; `stop` says that no more work is taken."""

    def __init__(self, client: Client, clocks: Clocks | None = None) -> None:
        self._client = client
        self.clocks = clocks
        self._trouble: str | None = None
        self._asked = float("-inf")
        self._is_stopping = False

    def stop(self) -> None:
        """Be ready no more."""
        self._is_stopping = True

    async def trouble(self) -> str | None:
        """Say why this process can't work; None if it can."""
        if self._is_stopping:
            return "It is stopping."
        if monotonic() - self._asked > KEEP:
            self._trouble = await self._ask()
            self._asked = monotonic()
        return self._trouble or (self.clocks and self.clocks.trouble)

    async def _ask(self) -> str | None:
        try:
            await self._client.workflow_service.get_system_info(
                GetSystemInfoRequest(), timeout=PATIENCE
            )
        except RPCError as error:
            return meaning_of_refusal(error)
        return None


@asynccontextmanager
async def watching(readiness: Readiness, every: float = EVERY) -> AsyncGenerator[None]:
    """Write a line when Temporal goes, or lets us in no longer, and when it is back.

    The SDK's workers try again and again, and say nothing.
    """
    watch = asyncio.create_task(_watch(readiness, every))
    try:
        yield
    finally:
        watch.cancel()


async def _watch(readiness: Readiness, every: float) -> None:
    before: str | None = None
    while True:
        await asyncio.sleep(every)
        now = await readiness.trouble()
        if now and now != before:
            log.error("%s What is under way waits.", now)
        elif before and not now:
            log.info("Temporal answers again")
        before = now


@asynccontextmanager
async def serving_health(address: str | None, readiness: Readiness) -> AsyncGenerator[int]:
    """Answer `GET /health` and `GET /ready` while the block runs; gives the port, 0 for nowhere."""
    if address is None:
        yield 0
        return
    host, _, port = address.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_WITHIN):
                writer.write(await _answer(await reader.readuntil(b"\r\n\r\n"), readiness))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(serve, host.strip("[]"), int(port), limit=MAX_BYTES)
    except (OSError, OverflowError) as error:
        raise SettingsError(f"PUSH_HEALTH_ADDRESS is wrong: {error}.") from error
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _answer(request: bytes, readiness: Readiness) -> bytes:
    match request.split(b" ", 2)[:2]:
        case [b"GET", b"/health"]:
            return _response(HTTPStatus.OK, {"status": "ok"} | _clocks(readiness.clocks))
        case [b"GET", b"/ready"]:
            status, answer = ready_answer(await readiness.trouble())
            return _response(status, answer)
        case _:
            return _response(HTTPStatus.NOT_FOUND, {"status": "there is /health and /ready"})


def _clocks(clocks: Clocks | None) -> dict[str, object]:
    """Tell by how many seconds our clock is ahead of the others that are known."""
    ahead = clocks.ahead if clocks else {}
    seconds = {whose.lower(): round(offset.total_seconds(), 1) for whose, offset in ahead.items()}
    return {"clockAheadSeconds": seconds} if seconds else {}


def ready_answer(trouble: str | None) -> tuple[HTTPStatus, dict[str, str]]:
    """Give the status and the body of the answer to `GET /ready`."""
    if trouble:
        return HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "why": trouble}
    return HTTPStatus.OK, {"status": "ready"}


def _response(status: HTTPStatus, answer: Mapping[str, object]) -> bytes:
    body = json.dumps(answer).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
