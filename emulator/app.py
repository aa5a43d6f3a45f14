"""The emulator as an ASGI application: the API, and its own controls under `/_emulator/`."""

import logging
import sqlite3
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.background import Background
from emulator.call import Call
from emulator.commands import ControlCommands
from emulator.control import build_control
from emulator.due import process_due
from emulator.errors import refusal
from emulator.exchange import Exchange
from emulator.limits import EmulatedLimits
from emulator.webhooks.delivery import WebhookDelivery
from emulator.wire import EXTENSION
from emulator.world import World

_CONTROL = "/_emulator"
log = logging.getLogger("emulator")


class App:
    """Answers every request but those to its controls as the API would."""

    def __init__(self, world: World, commands: ControlCommands, courier: WebhookDelivery) -> None:
        self._world = world
        self._courier = courier
        self._control: ASGIApp = build_control(world, commands, courier)
        self._limits = EmulatedLimits(world)
        self.background = Background(world, courier)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["path"].startswith(_CONTROL):
            process_due(self._world)
            await self._control(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            return
        begun = False

        async def sends(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._serve(scope, body, receive, sends)
        except Exception as error:
            if begun:
                raise
            log.exception("%s %s could not be answered", scope["method"], scope["path"])
            await _broken(error)(scope, receive, send)

    async def _serve(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        world, call = self._world, _call(scope, body)
        process_due(world)
        number = world.journal.arrive(call.method, call.path, call.query, call.headers, call.body)
        wire = scope["extensions"][EXTENSION]
        exchange = Exchange(world, self._limits, self._courier, call, number, receive, send, wire)
        too_many = self._limits.start_request(call.company, world.clock.now())
        try:
            if too_many:
                await exchange.reply(too_many)
            else:
                await exchange.run()
        finally:
            self._limits.end_request(call.company)


def _broken(error: Exception) -> Response:
    is_full = isinstance(error, sqlite3.OperationalError)
    answer = refusal(500, f"The emulator can keep nothing more: {error}." if is_full else None)
    return Response(answer.body, answer.status, media_type="application/json")


async def _read(receive: Receive) -> bytes | None:
    """Read the body; None if the client left before it was whole."""
    chunks: list[bytes] = []
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _call(scope: Scope, body: bytes) -> Call:
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    return Call(scope["method"], path.decode("latin-1"), query, headers, body)
