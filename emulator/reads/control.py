"""The controls of books and refreshes: `/_emulator/records` and `/_emulator/refreshes`."""

from starlette.requests import Request
from starlette.routing import Route

from emulator.json_route import json_object, json_route
from emulator.reads.commands import ReadCommands


def read_routes(commands: ReadCommands) -> list[Route]:
    """Assemble the controls of books and refreshes."""
    return [*_records(commands), *_refreshes(commands)]


def _records(commands: ReadCommands) -> list[Route]:
    async def show(request: Request) -> object:
        return commands.records(*_place(request))

    async def add(request: Request) -> object:
        given = await json_object(request)
        place = given["connection"], given["dataType"]
        if "twinOf" in given:
            return {"id": commands.add_twin(*place, given["twinOf"], given.get("changes", {}))}
        names = {"record_id": given.get("id"), "account": given.get("account")}
        return {"id": commands.add_record(*place, given["record"], **names)}

    async def change(request: Request) -> object:
        given = await json_object(request)
        place = given["connection"], given["dataType"]
        commands.change_record(*place, given["id"], given["changes"])
        return {"id": given["id"]}

    async def delete(request: Request) -> object:
        record_id = request.query_params["id"]
        commands.delete_record(*_place(request), record_id)
        return {"id": record_id}

    return [
        json_route("/records", "GET", show),
        json_route("/records", "POST", add),
        json_route("/records", "PUT", change),
        json_route("/records", "DELETE", delete),
    ]


def _refreshes(commands: ReadCommands) -> list[Route]:
    async def show(_: Request) -> object:
        return commands.refreshes()

    async def begin(request: Request) -> object:
        given = await json_object(request)
        return commands.refresh(given["connection"], given["dataType"])

    return [
        json_route("/refreshes", "GET", show),
        json_route("/refreshes", "POST", begin),
    ]


def _place(request: Request) -> tuple[str, str]:
    return request.query_params["connection"], request.query_params["dataType"]
