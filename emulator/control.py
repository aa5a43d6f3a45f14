"""The emulator's own controls, under `/_emulator/`: plain HTTP, no key needed."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route

from emulator.clock import timestamp
from emulator.commands import ControlCommands
from emulator.due import process_due
from emulator.json_route import json_object, json_route
from emulator.reads.commands import ReadCommands
from emulator.reads.control import read_routes
from emulator.store import JsonObject
from emulator.webhooks.delivery import WebhookDelivery
from emulator.world import World


def build_control(world: World, commands: ControlCommands, courier: WebhookDelivery) -> Starlette:
    """Assemble the controls of one world."""
    routes = [
        *_world(world, commands),
        *_time(world, commands, courier),
        *_faults(commands),
        *_reports(world, commands),
        *read_routes(ReadCommands(world)),
    ]
    return Starlette(routes=[Mount("/_emulator", routes=routes)])


def _world(world: World, commands: ControlCommands) -> list[Route]:
    async def connections(_: Request) -> object:
        return [entry.document() for entry in world.directory.connections.values()]

    async def connection(request: Request) -> object:
        return commands.behave(request.path_params["id"], await json_object(request))

    async def settings(_: Request) -> object:
        return world.settings.document()

    async def change_settings(request: Request) -> object:
        return commands.change_settings(await json_object(request))

    async def seed(request: Request) -> object:
        return commands.seed(await json_object(request))

    async def reset(_: Request) -> object:
        world.reset()
        return {"reset": True}

    return [
        json_route("/connections", "GET", connections),
        json_route("/connections/{id}", "PUT", connection),
        json_route("/settings", "GET", settings),
        json_route("/settings", "PUT", change_settings),
        json_route("/seeds", "POST", seed),
        json_route("/reset", "POST", reset),
    ]


def _time(world: World, commands: ControlCommands, courier: WebhookDelivery) -> list[Route]:
    async def clock(_: Request) -> object:
        return _clock(world)

    async def change_clock(request: Request) -> object:
        commands.run_at(float((await json_object(request))["speed"]))
        return _clock(world)

    async def advance(request: Request) -> object:
        commands.advance(float((await json_object(request))["seconds"]))
        process_due(world)
        await courier.flush()
        return _clock(world)

    return [
        json_route("/clock", "GET", clock),
        json_route("/clock", "PUT", change_clock),
        json_route("/clock/advance", "POST", advance),
    ]


def _faults(commands: ControlCommands) -> list[Route]:
    async def add(request: Request) -> object:
        return commands.fault(await json_object(request))

    async def show(_: Request) -> object:
        return commands.faults()

    async def remove(request: Request) -> object:
        commands.forget_faults(request.path_params.get("id"))
        return commands.faults()

    return [
        json_route("/faults", "POST", add),
        json_route("/faults", "GET", show),
        json_route("/faults", "DELETE", remove),
        json_route("/faults/{id:int}", "DELETE", remove),
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
        json_route("/journal", "GET", journal),
        json_route("/ledger", "GET", ledger),
        json_route("/invariants", "GET", invariants),
        json_route("/webhooks", "GET", webhooks),
        json_route("/health", "GET", health),
    ]


def _clock(world: World) -> JsonObject:
    return {"now": timestamp(world.clock.now()), "speed": world.clock.speed}
