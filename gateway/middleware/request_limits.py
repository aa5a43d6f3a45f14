"""What one request may cost: headers, body, time, and how many there may be at once."""

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codat.turns import caller as turn_of
from dispatch.settings import DispatchSettings
from gateway.auth import CALLER
from gateway.callers import Callers, address_of
from gateway.errors import HttpError, answer_to, away
from gateway.settings import GatewaySettings
from gateway.slots import Slots, share_of

MAX_HEADER_BYTES = 16 * 1024
MAX_BODY_BYTES = 2 * 1024 * 1024
"""Twice the largest record, for blanks and for forms."""

BODY_WITHIN = 15.0
ANSWER_WITHIN = 25.0
"""Seconds."""


@dataclass(frozen=True)
class Bounds:
    """What a request may take: bytes of its body, seconds for the body and for all of it."""

    body_bytes: int
    body_within: float
    answer_within: float | None


OF_A_KEY = Bounds(MAX_BODY_BYTES, BODY_WITHIN, ANSWER_WITHIN)
OF_A_STREAM = Bounds(0, BODY_WITHIN, None)
FILE_WITHIN = 120.0
ATTACHED_WITHIN = 150.0
"""Seconds for a file to arrive, and until its push is started."""

OF_A_STRANGER = Bounds(64 * 1024, 5.0, 10.0)
"""Of who shows no key: the login, Codat's reports, which are small."""

MAX_STRANGERS = 40
MAX_OF_AN_ADDRESS = 10
"""Requests at once of all who show no key, and of one address among them."""

ALWAYS = frozenset({"/health", "/ready"})
"""Asked by whoever watches over the process, under any host: outside of all numbers."""


class RequestLimitsMiddleware:
    """ASGI middleware; what is too much is refused before anything is done for it.

    Requests that show a key, streams and strangers have places of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        callers: Callers,
        settings: GatewaySettings,
        is_stream: Callable[[Scope], bool],
        is_upload: Callable[[Scope], bool],
    ) -> None:
        self._app = app
        self._callers = callers
        self._is_stream, self._is_upload = is_stream, is_upload
        largest = DispatchSettings().largest_file + MAX_HEADER_BYTES
        self._of_an_upload = Bounds(largest, FILE_WITHIN, ATTACHED_WITHIN)
        names = {key.name for key in settings.api_keys}
        most, streams = settings.most_requests, settings.most_streams
        self._requests = Slots(most, share_of(most, len(names)))
        self._streams = Slots(streams, share_of(streams, len(names)))
        self._strangers = Slots(MAX_STRANGERS, MAX_OF_AN_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["correlation"] = uuid4().hex
        answer = _LimitedAnswer(send)
        try:
            await self._serve(scope, receive, answer)
        except (HttpError, TimeoutError) as error:
            if answer.has_begun:
                raise
            late = away("This took too long; it may have been done all the same.")
            refusal = error if isinstance(error, HttpError) else late
            await answer_to(Request(scope), refusal)(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_LimitedAnswer") -> None:
        if scope["path"] in ALWAYS:
            await self._within(OF_A_STRANGER, scope, receive, answer)
            return
        caller = self._callers.of(scope)
        if caller is None:
            slots, owner, bounds = self._strangers, address_of(scope), OF_A_STRANGER
        elif self._is_stream(scope):
            slots, owner, bounds = self._streams, caller.name, OF_A_STREAM
        else:
            slots, owner = self._requests, caller.name
            bounds = self._of_an_upload if self._is_upload(scope) else OF_A_KEY
        scope[CALLER] = caller
        with slots.hold(owner), turn_of(owner):
            await self._within(bounds, scope, receive, answer)

    async def _within(
        self, bounds: Bounds, scope: Scope, receive: Receive, answer: "_LimitedAnswer"
    ) -> None:
        _check(scope["headers"], bounds)
        body = _LimitedBody(receive, bounds)
        async with asyncio.timeout(bounds.answer_within):
            await self._app(scope, body.receive, answer.send)


def _check(headers: list[tuple[bytes, bytes]], bounds: Bounds) -> None:
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
        raise HttpError(431, f"The headers may have at most {MAX_HEADER_BYTES} bytes.")
    length = dict(headers).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > bounds.body_bytes:
        raise _too_large(bounds)


class _LimitedAnswer:
    """Remembers whether an answer has begun: then it is too late for another."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


class _LimitedBody:
    """Counts the body, and does not wait for ever for its end."""

    def __init__(self, receive: Receive, bounds: Bounds) -> None:
        self._receive = receive
        self._bounds = bounds
        self._until = asyncio.get_running_loop().time() + bounds.body_within
        self._bytes = 0
        self._is_complete = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self._is_complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HttpError(408, "The body did not arrive in time.") from None
        self._bytes += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        if self._bytes > self._bounds.body_bytes:
            raise _too_large(self._bounds)
        return message


def _too_large(bounds: Bounds) -> HttpError:
    return HttpError(413, f"The body may have at most {bounds.body_bytes} bytes.")
