"""Companies with their connections, one and all, as Codat's Platform API answers."""

import json

from emulator.call import Call
from emulator.connections import Connection
from emulator.errors import EmulatedError, EmulatedResponse
from emulator.paging import asked_page, envelope
from emulator.store import JsonObject
from emulator.world import World

_ORDERS = {"name": False, "-name": True}


def answer(world: World, call: Call) -> EmulatedResponse:
    """Answer with one company, or with one page of all."""
    if len(call.steps) == 1:
        return _listing(world, call)
    home = world.directory.company(call.steps[1])
    return EmulatedResponse(200, json.dumps(_document(world, home)).encode(), "read company")


def _listing(world: World, call: Call) -> EmulatedResponse:
    """Answer with one page of companies; they can be ordered by name only."""
    order = call.parameters.get("orderBy", "name")
    if order not in _ORDERS:
        raise EmulatedError(400, f"orderBy is name or -name here: {order}")
    page, size = asked_page(call)
    names = world.directory.companies
    ids = sorted(names, key=lambda company: (names[company], company), reverse=_ORDERS[order])
    shown = [_document(world, company) for company in ids[(page - 1) * size : page * size]]
    document = envelope(call, page, size, len(ids)) | {"results": shown}
    return EmulatedResponse(200, json.dumps(document).encode(), "listed companies")


def _document(world: World, company: str) -> JsonObject:
    return {
        "id": company,
        "name": world.directory.companies[company],
        "redirect": f"https://link.codat.io/company/{company}",
        "dataConnections": [_connection(each) for each in world.directory.of_company(company)],
    }


def _connection(connection: Connection) -> JsonObject:
    return {
        "id": connection.id,
        "integrationId": connection.id,
        "sourceId": connection.id,
        "platformName": connection.platform,
        "linkUrl": f"https://link.codat.io/connection/{connection.id}",
        "status": "Linked",
        "sourceType": "Accounting",
    }
