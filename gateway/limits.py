"""What one request may cost: headers, body, time, and how many there may be at once."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Refusal, answer_to, away

MOST_HEADER_BYTES = 16 * 1024
MOST_BODY_BYTES = 2 * 1024 * 1024
"""Twice the largest record, for blanks and for forms."""

BODY_WITHIN = 15.0
ANSWER_WITHIN = 25.0
"""Seconds."""

STREAM = "/events"
"""How the path of a page's live updates ends; such a request lasts."""


class Limits:
    """ASGI middleware; what is too much is refused before anything is done for it."""

    def __init__(self, app: ASGIApp, *, most_requests: int, most_streams: int) -> None:
        self._app = app
        self._most = {False: most_requests, True: most_streams}
        self._busy = {False: 0, True: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["correlation"] = uuid4().hex
        is_stream = scope["path"].endswith(STREAM)
        self._busy[is_stream] += 1
        try:
            await self._serve(scope, receive, send, is_stream=is_stream)
        finally:
            self._busy[is_stream] -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send, *, is_stream: bool) -> None:
        answer = _Answer(send)
        try:
            self._check(scope, is_stream=is_stream)
            body = _Body(receive)
            async with asyncio.timeout(None if is_stream else ANSWER_WITHIN):
                await self._app(scope, body.receive, answer.send)
        except (Refusal, TimeoutError) as error:
            if answer.has_begun:
                raise
            late = away("This took too long; it may have been done all the same.")
            refusal = error if isinstance(error, Refusal) else late
            await answer_to(Request(scope), refusal)(scope, receive, send)

    def _check(self, scope: Scope, *, is_stream: bool) -> None:
        if self._busy[is_stream] > self._most[is_stream]:
            raise Refusal(503, "Too many requests at once.", **{"Retry-After": "1"})
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
            raise Refusal(431, f"The headers may have at most {MOST_HEADER_BYTES} bytes.")
        length = dict(headers).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            raise _too_large()


class _Answer:
    """Remembers whether an answer has begun: then it is too late for another."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


class _Body:
    """Counts the body, and does not wait for ever for its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0
        self._is_complete = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self._is_complete:
            return await self._receive()
        try:
            async with asyncio.timeout(BODY_WITHIN):
                message = await self._receive()
        except TimeoutError:
            raise Refusal(408, "The body did not arrive in time.") from None
        self._bytes += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._bytes > MOST_BODY_BYTES:
            raise _too_large()
        return message


def _too_large() -> Refusal:
    return Refusal(413, f"The body may have at most {MOST_BODY_BYTES} bytes.")
