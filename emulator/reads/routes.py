"""What a client may read of the accounting software, from Codat's cache.

The paths are those of Codat's own clients (codat-accounting 0.36, codat-platform 4).
"""

import json

from emulator import companies, exact
from emulator.books import TRANSACTIONS
from emulator.call import Call
from emulator.clock import timestamp
from emulator.connections import Connection
from emulator.errors import EmulatedError, EmulatedResponse
from emulator.paging import asked_page, envelope
from emulator.reading import data_type_of
from emulator.reads import refreshes
from emulator.reads.cache import CachedVersion, cached
from emulator.reads.record_query import ordered, selected
from emulator.store import JsonObject, Row
from emulator.world import World

_BY_CONNECTION = frozenset({"bankAccounts", "directCosts", "directIncomes", "transfers"})
"""The data types that are read under their connection, all others under their company."""


def answer(world: World, call: Call) -> EmulatedResponse:
    """Answer a refresh or a read. Raises: EmulatedError."""
    match call.method, call.steps:
        case "GET", ["companies"] | ["companies", _]:
            return companies.answer(world, call)
        case "POST", ["companies", company, "data", "queue", step]:
            return _refresh(world, call, company, data_type_of(step))
        case "GET", ["companies", company, "dataStatus"]:
            _readers(world, company)
            return _json(_data_status(world, company.lower()), "read data status")
        case "GET", ["companies", company, "data", "history", refresh]:
            _readers(world, company)
            return _history(world, company.lower(), refresh.lower())
        case "GET", ["companies", company, "data", step, *record] if step not in _BY_CONNECTION:
            return _records(world, call, _readers(world, company), step, record)
        case "GET", ["companies", company, "connections", connection, "data", *rest]:
            readers = _readers(world, company, connection)
            return _records_of_connection(world, call, readers, rest)
        case _:
            raise EmulatedError(404, "No such resource.")


def _readers(world: World, company: str, connection: str | None = None) -> list[Connection]:
    """Give the connections that are read, or refuse for all where one of them may not be read."""
    readers = world.directory.of_company(company)
    if connection is not None:
        readers = [world.directory.connection(company, connection)]
    for reader in readers:
        if reader.behaviour.refuses_reads is not None:
            raise EmulatedError(reader.behaviour.refuses_reads, "")
    return readers


def _refresh(world: World, call: Call, company: str, data_type: str) -> EmulatedResponse:
    readers = _readers(world, company, call.parameters.get("connectionId"))
    if data_type not in refreshes.READABLE:
        raise EmulatedError(404, f"There is no data type {data_type}.")
    now = world.clock.now() if call.at is None else call.at
    with world.store.transaction():
        for reader in readers:
            under_way = refreshes.running(world.store, reader.id, data_type, now)
            if under_way is not None:
                raise _in_progress(world, under_way)
        begun = [refreshes.start(world, reader, data_type, now) for reader in readers]
    return _json(refreshes.render(begun[0], now), "queued refresh")


def _in_progress(world: World, row: Row) -> EmulatedError:
    error = (
        f"DatasetAlreadyInProgressException: Cannot queue {row['data_type']} sync for"
        f" {row['company']} as previous sync {row['id']} is still in progress"
    )
    return EmulatedError(world.settings.in_progress_status, error, service="PullApi")


def _data_status(world: World, company: str) -> JsonObject:
    now = world.clock.now()
    statuses: JsonObject = {}
    for row in refreshes.of_company(world.store, company):
        status = statuses.setdefault(row["data_type"], {"dataType": row["data_type"]})
        standing = refreshes.status(row, now)
        status |= {"currentStatus": standing, "latestSyncId": row["id"]}
        if standing == "Complete":
            status["latestSuccessfulSyncId"] = row["id"]
            status["lastSuccessfulSync"] = timestamp(row["finishes"])
    return statuses


def _history(world: World, company: str, refresh: str) -> EmulatedResponse:
    row = refreshes.find(world.store, company, refresh)
    if row is None:
        raise EmulatedError(404, f"No data set was found with ID {refresh}", service="PullApi")
    return _json(refreshes.render(row, world.clock.now()), "read refresh")


def _records_of_connection(
    world: World, call: Call, readers: list[Connection], rest: list[str]
) -> EmulatedResponse:
    match rest:
        case ["bankAccounts", account, "bankTransactions"]:
            found = _cached(world, readers, TRANSACTIONS)
            of_account = [entry for entry in found if entry.version.account == account]
            return _page(call, readers, TRANSACTIONS, of_account)
        case [step, *record] if step in _BY_CONNECTION:
            return _records(world, call, readers, step, record)
        case _:
            raise EmulatedError(404, "No such resource.")


def _records(
    world: World, call: Call, readers: list[Connection], step: str, record: list[str]
) -> EmulatedResponse:
    data_type = data_type_of(step)
    is_known = data_type in refreshes.READABLE - {TRANSACTIONS} and step != "chartOfAccounts"
    match record if is_known else ["", ""]:
        case []:
            return _page(call, readers, data_type, _cached(world, readers, data_type))
        case [record_id]:
            return _one(step, record_id, _cached(world, readers, data_type, record_id))
        case _:
            raise EmulatedError(404, "No such resource.")


def _cached(
    world: World, readers: list[Connection], data_type: str, record_id: str | None = None
) -> list[CachedVersion]:
    now = world.clock.now()
    found = [cached(world.store, reader, data_type, now, record_id) for reader in readers]
    if all(versions is None for versions in found):
        raise EmulatedError(409, "The data set has not been requested.", service="PullApi")
    return [version for versions in found for version in versions or []]


def _one(step: str, record_id: str, found: list[CachedVersion]) -> EmulatedResponse:
    if not found:
        raise EmulatedError(
            404, f"No data available for {step} for ID {record_id}", service="PullApi"
        )
    shown = min(found, key=lambda version: version.is_deleted)
    return EmulatedResponse(200, exact.dumps(shown.document()).encode(), "read record")


def _page(
    call: Call, readers: list[Connection], data_type: str, found: list[CachedVersion]
) -> EmulatedResponse:
    page, size = asked_page(call)
    platforms = [reader.platform for reader in readers]
    records = [version.document() for version in found]
    records = selected(records, data_type, platforms, call.parameters.get("query", ""))
    if order := call.parameters.get("orderBy"):
        records = ordered(records, data_type, platforms, order)
    shown = exact.dumps(records[(page - 1) * size : page * size])
    rest = json.dumps(envelope(call, page, size, len(records)))
    return EmulatedResponse(200, f'{{"results": {shown}, {rest[1:]}'.encode(), "listed records")


def _json(document: JsonObject, did: str) -> EmulatedResponse:
    return EmulatedResponse(200, json.dumps(document).encode(), did)
