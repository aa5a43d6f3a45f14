"""Refreshes of Codat's cache: when one begins and ends is written down, its status follows.

A refresh has the books as they are when it begins to read; what is written while it runs is only in
the next one.
"""

from emulator import machine
from emulator.clock import seconds, timestamp
from emulator.connections import Connection
from emulator.platforms.documents import DOCUMENTS
from emulator.platforms.platforms import PLATFORMS
from emulator.store import JsonObject, Row, Store
from emulator.world import World

READABLE = frozenset({*DOCUMENTS, "taxRates"})
"""The data types that can be refreshed."""

_NOT_SUPPORTED = "NotSupported"
_STAGES = ("Queued", "Fetching", "Mapping", "Processing")
"""What a running refresh is at, a quarter of its time each."""


def start(world: World, connection: Connection, data_type: str, at: int) -> Row:
    """Begin a refresh at a tick; without a connection to the software it stays queued."""
    behaviour = connection.behaviour
    outcome, reads, finishes = behaviour.refresh_status, at, at + seconds(behaviour.refresh_seconds)
    if not _is_supported(connection, data_type):
        outcome, finishes = _NOT_SUPPORTED, at
    elif behaviour.offline:
        reads = finishes = None
    number = world.store.insert(
        "refreshes",
        id=str(machine.new_uuid()),
        company=connection.company,
        connection=connection.id,
        data_type=data_type,
        requested=at,
        reads=reads,
        finishes=finishes,
        outcome=outcome,
        announce=finishes,
    )
    world.stir()
    return world.store.all("SELECT * FROM refreshes WHERE seq = ?", number)[0]


def running(store: Store, connection: str, data_type: str, at: int) -> Row | None:
    """Give the refresh that is under way at a tick."""
    return store.one(
        "SELECT * FROM refreshes WHERE connection = ? AND data_type = ? AND requested <= ?"
        " AND (finishes IS NULL OR finishes > ?)",
        *(connection, data_type, at, at),
    )


def find(store: Store, company: str, refresh: str) -> Row | None:
    """Look up one refresh of a company."""
    return store.one("SELECT * FROM refreshes WHERE id = ? AND company = ?", refresh, company)


def everything(store: Store) -> list[Row]:
    """Give the refreshes of all companies, the oldest first."""
    return store.all("SELECT * FROM refreshes ORDER BY requested, seq")


def of_company(store: Store, company: str) -> list[Row]:
    """Give all refreshes of a company, the oldest first."""
    return store.all("SELECT * FROM refreshes WHERE company = ? ORDER BY requested, seq", company)


def completed(store: Store, connection: str, data_type: str, by: int) -> list[Row]:
    """Give the refreshes that have filled the cache up to a tick, the oldest first."""
    return store.all(
        "SELECT * FROM refreshes WHERE connection = ? AND data_type = ? AND finishes <= ?"
        " AND outcome = 'Complete' ORDER BY finishes, seq",
        *(connection, data_type, by),
    )


def start_queued(world: World, connection: Connection, at: int) -> None:
    """Let the refreshes begin that waited for a software to come online."""
    finishes = at + seconds(connection.behaviour.refresh_seconds)
    world.store.run(
        "UPDATE refreshes SET reads = ?, finishes = ?, announce = ?"
        " WHERE connection = ? AND finishes IS NULL",
        *(at, finishes, finishes, connection.id),
    )


def start_after_pushes(world: World) -> None:
    """Begin the refreshes that follow pushes which have ended well, as of their ends.

    While another one runs for the data type there is none.
    """
    store, connections = world.store, world.directory.connections
    ended = store.all(
        "SELECT * FROM operations WHERE syncs IS NOT NULL AND finishes <= ? ORDER BY finishes, seq",
        world.clock.now(),
    )
    for push in ended:
        place = (push["connection"], push["data_type"], push["finishes"])
        with store.transaction():
            store.run("UPDATE operations SET syncs = NULL WHERE seq = ?", push["seq"])
            if _ended_well(push) and not running(store, *place):
                start(world, connections[push["connection"]], push["data_type"], push["finishes"])


def status(row: Row, now: int) -> str:
    """Tell where a refresh stands at a tick."""
    reads: int = row["reads"] or 0
    finishes: int | None = row["finishes"]
    if finishes is None or now < reads:
        return _STAGES[0]
    if now >= finishes:
        return str(row["outcome"])
    return _STAGES[(now - reads) * len(_STAGES) // (finishes - reads)]


def render(row: Row, now: int) -> JsonObject:
    """Show a refresh as the API does, as a pull operation."""
    standing = status(row, now)
    is_over = row["finishes"] is not None and row["finishes"] <= now
    is_errored = is_over and standing not in ("Complete", _NOT_SUPPORTED)
    document: JsonObject = {
        "id": row["id"],
        "companyId": row["company"],
        "connectionId": row["connection"],
        "dataType": row["data_type"],
        "status": standing,
        "requested": timestamp(row["requested"]),
        "progress": 100 if is_over else 25 * _STAGES.index(standing),
        "isCompleted": standing == "Complete",
        "isErrored": is_errored,
    }
    if is_over:
        document["completed"] = timestamp(row["finishes"])
    if is_errored:
        document["errorMessage"] = f"The refresh of {row['data_type']} ended in {standing}."
    return document


def _is_supported(connection: Connection, data_type: str) -> bool:
    is_lacking = PLATFORMS[connection.platform].accepts(data_type) is None
    is_readable = data_type not in connection.behaviour.unreadable
    return is_readable and (not is_lacking or data_type not in DOCUMENTS)


def _ended_well(push: Row) -> bool:
    is_late = push["deadline"] is not None and push["finishes"] > push["deadline"]
    return push["outcome"] == "Success" and (not is_late or bool(push["revives"]))
