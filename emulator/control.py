"""The emulator's own controls, under `/_emulator/`: plain HTTP, no key needed."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from emulator.clock import timestamp
from emulator.commands import ControlCommands
from emulator.errors import EmulatedError
from emulator.late import process_late
from emulator.store import JsonObject
from emulator.webhooks.delivery import WebhookDelivery
from emulator.world import World

Endpoint = Callable[[Request], Awaitable[object]]


def build_control(world: World, commands: ControlCommands, courier: WebhookDelivery) -> Starlette:
    """Assemble the controls of one world."""
    routes = [
        *_world(world, commands),
        *_time(world, commands, courier),
        *_faults(commands),
        *_reports(world, commands),
    ]
    return Starlette(routes=[Mount("/_emulator", routes=routes)])


def _world(world: World, commands: ControlCommands) -> list[Route]:
    async def connections(_: Request) -> object:
        return [entry.document() for entry in world.directory.connections.values()]

    async def connection(request: Request) -> object:
        return commands.behave(request.path_params["id"], await _document(request))

    async def settings(_: Request) -> object:
        return world.settings.document()

    async def change_settings(request: Request) -> object:
        return commands.change_settings(await _document(request))

    async def seed(request: Request) -> object:
        return commands.seed(await _document(request))

    async def reset(_: Request) -> object:
        world.reset()
        return {"reset": True}

    return [
        _route("/connections", "GET", connections),
        _route("/connections/{id}", "PUT", connection),
        _route("/settings", "GET", settings),
        _route("/settings", "PUT", change_settings),
        _route("/seeds", "POST", seed),
        _route("/reset", "POST", reset),
    ]


def _time(world: World, commands: ControlCommands, courier: WebhookDelivery) -> list[Route]:
    async def clock(_: Request) -> object:
        return _clock(world)

    async def change_clock(request: Request) -> object:
        commands.run_at(float((await _document(request))["speed"]))
        return _clock(world)

    async def advance(request: Request) -> object:
        commands.advance(float((await _document(request))["seconds"]))
        process_late(world)
        await courier.flush()
        return _clock(world)

    return [
        _route("/clock", "GET", clock),
        _route("/clock", "PUT", change_clock),
        _route("/clock/advance", "POST", advance),
    ]


def _faults(commands: ControlCommands) -> list[Route]:
    async def add(request: Request) -> object:
        return commands.fault(await _document(request))

    async def show(_: Request) -> object:
        return commands.faults()

    async def remove(request: Request) -> object:
        commands.forget_faults(request.path_params.get("id"))
        return commands.faults()

    return [
        _route("/faults", "POST", add),
        _route("/faults", "GET", show),
        _route("/faults", "DELETE", remove),
        _route("/faults/{id:int}", "DELETE", remove),
    ]


def _reports(world: World, commands: ControlCommands) -> list[Route]:
    async def journal(request: Request) -> object:
        asked = request.query_params
        since, wait = int(asked.get("since", 0)), float(asked.get("wait", 0))
        return await world.journal.wait(since, asked.get("method"), wait)

    async def ledger(request: Request) -> object:
        return commands.ledger(dict(request.query_params))

    async def webhooks(_: Request) -> object:
        return commands.webhooks()

    async def invariants(_: Request) -> object:
        return commands.invariants()

    async def health(_: Request) -> object:
        return {"healthy": True}

    return [
        _route("/journal", "GET", journal),
        _route("/ledger", "GET", ledger),
        _route("/invariants", "GET", invariants),
        _route("/webhooks", "GET", webhooks),
        _route("/health", "GET", health),
    ]


def _route(path: str, method: str, endpoint: Endpoint) -> Route:
    async def respond(request: Request) -> JSONResponse:
        try:
            return JSONResponse(await endpoint(request))
        except EmulatedError as refused:
            return JSONResponse({"error": str(refused)}, refused.status)
        except (ArithmeticError, KeyError, RecursionError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return Route(path, respond, methods=[method])


async def _document(request: Request) -> JsonObject:
    document: Any = json.loads(await request.body())
    if not isinstance(document, Mapping):
        raise EmulatedError(400, "The body is one JSON object.")
    return dict(cast(Mapping[str, Any], document))


def _clock(world: World) -> JsonObject:
    return {"now": timestamp(world.clock.now()), "speed": world.clock.speed}
