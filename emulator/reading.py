"""What a client may read: options, one operation, the list of a company's operations."""

import json

from emulator import operations
from emulator.call import Call
from emulator.errors import EmulatedError, EmulatedResponse
from emulator.ledger import Shelf
from emulator.paging import asked_page, envelope
from emulator.platforms.platforms import document_offering, option_document
from emulator.query import condition, ordering
from emulator.world import World

_ALIASES = {"accounts": "chartOfAccounts"}


def data_type_of(step: str) -> str:
    """Name the data type that a path calls by this word."""
    return _ALIASES.get(step, step)


def options(world: World, company: str, connection: str, data_type: str) -> EmulatedResponse:
    """Answer with the option document of a data type."""
    here, kind = world.directory.connection(company, connection), data_type_of(data_type)
    if here.behaviour.offers:
        now = world.clock.now()
        records = {of: Shelf(world.store, here, of, now).records() for of in here.behaviour.offers}
        document = document_offering(here.platform, kind, records)
    else:
        document = option_document(here.platform, kind)
    if document is None:
        raise EmulatedError(404, f"Options of {data_type} are not supported by {here.platform}")
    return EmulatedResponse(200, document, "read options")


def one(world: World, company: str, key: str) -> EmulatedResponse:
    """Answer with one operation."""
    row = operations.find(world.store, world.directory.company(company), key.lower())
    if row is None:
        raise EmulatedError(404, f"Push operation {key} not found")
    shown = operations.render(
        row,
        world.clock.now(),
        echo=world.settings.echo_data,
        older=world.settings.fields == "older",
    )
    return EmulatedResponse(200, shown.encode(), "read operation", row["key"])


def listing(world: World, company: str, call: Call) -> EmulatedResponse:
    """Answer with one page of a company's operations."""
    home = world.directory.company(company)
    page, size = asked_page(call)
    now = world.clock.now()
    clause, values = condition(call.parameters.get("query", ""))
    values |= {"home": home, "now": now, "size": size, "skip": (page - 1) * size}
    where = f"FROM operations WHERE company = :home AND visible <= :now AND {clause}"
    total = world.store.named(f"SELECT count(*) AS found {where}", values)[0]["found"]
    order = ordering(call.parameters.get("orderBy", "requestedOnUtc"))
    # The keys first, from the index alone: a deep page must not read the rows it skips.
    pick = f"SELECT seq {where} ORDER BY {order} LIMIT :size OFFSET :skip"
    rows = world.store.named(
        f"SELECT * FROM operations WHERE seq IN ({pick}) ORDER BY {order}",  # noqa: S608
        values,
    )
    echo, older = world.settings.echo_data, world.settings.fields == "older"
    shown = ", ".join(operations.render(row, now, echo=echo, older=older) for row in rows)
    body = f'{{"results": [{shown}], {json.dumps(envelope(call, page, size, total))[1:]}'
    return EmulatedResponse(200, body.encode(), "listed")
