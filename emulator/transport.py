"""Reaching an emulator without a port: an httpx transport that can break like a socket."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from emulator.wire import EXTENSION


class _ConnectionLine:
    """The other end of one exchange."""

    def __init__(self, request: httpx.Request, body: bytes, *, impatient: bool) -> None:
        self._request = request
        self._body: bytes | None = body
        self._impatient = impatient
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")
        self.left = asyncio.Event()
        self.messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self.failure: httpx.TransportError | None = None

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self.messages.put(message)

    def refuse(self, _: float) -> None:
        self.fail(httpx.ConnectError("All connection attempts failed", request=self._request))

    def cut(self) -> None:
        message = "Server disconnected without sending a response."
        self.fail(httpx.RemoteProtocolError(message, request=self._request))

    def stall(self, seconds: float | None) -> None:
        endless = seconds is None or (self._patience is not None and seconds >= self._patience)
        if self._impatient and endless:
            self.fail(httpx.ReadTimeout("", request=self._request))

    def fail(self, failure: httpx.TransportError) -> None:
        """Have the client see this instead of what is still to come."""
        self.failure = failure
        self.left.set()
        self.messages.put_nowait(None)

    async def next(self) -> Message:
        try:
            async with asyncio.timeout(self._patience):
                message = await self.messages.get()
        except TimeoutError:
            self.left.set()
            raise httpx.ReadTimeout("", request=self._request) from None
        if message is None:
            raise self.failure or httpx.ReadError("", request=self._request)
        return message


class InProcess(httpx.AsyncBaseTransport):
    """Calls the application directly; time-outs and broken connections are httpx's own."""

    def __init__(self, app: ASGIApp, *, impatient: bool = False) -> None:
        self._app = app
        self._impatient = impatient
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request to the application and its answer back."""
        line = _ConnectionLine(request, await request.aread(), impatient=self._impatient)
        task = asyncio.create_task(self._run(_scope(request, line), line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            start = await line.next()
        except asyncio.CancelledError:
            line.left.set()
            raise
        return httpx.Response(
            start["status"], headers=start["headers"], stream=_Stream(line), request=request
        )

    async def _run(self, scope: MutableMapping[str, Any], line: _ConnectionLine) -> None:
        try:
            await self._app(scope, line.receive, line.send)
        except Exception as error:  # noqa: BLE001  # whatever broke it, the client has to hear
            failure = httpx.ReadError(f"The application broke: {error!r}")
            failure.__cause__ = error
            line.fail(failure)

    async def aclose(self) -> None:
        """Do nothing: one client that closes must not end the requests of the others."""

    async def end(self) -> None:
        """End the requests that are still open, and wait for what the application does then."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, line: _ConnectionLine) -> None:
        self._line = line

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        more = True
        while more:
            message = await self._line.next()
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def aclose(self) -> None:
        self._line.left.set()


def _scope(request: httpx.Request, line: _ConnectionLine) -> MutableMapping[str, Any]:
    raw_path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 1),
        "extensions": {EXTENSION: line},
    }
