"""Filling a world: companies, connections, records of long standing, operations by the thousand."""

from emulator import machine
from emulator.clock import TICKS_PER_SECOND
from emulator.errors import EmulatedError
from emulator.seeds import STANDING_RECORDS
from emulator.store import JsonObject
from emulator.world import World

_KNOWN = frozenset({"companies", "records", "operations"})


def seed(world: World, seeds: JsonObject) -> None:
    """Add what `seeds` lists: `companies`, `records` and `operations`, each if given."""
    for name in seeds:
        if name not in _KNOWN:
            raise EmulatedError(
                400, f"No such seed: {name}. There are: {', '.join(sorted(_KNOWN))}"
            )
    with world.store.transaction():
        world.directory.seed({"companies": seeds.get("companies", [])})
        for record in seeds.get("records", []):
            _sow_record(world, record)
        for batch in seeds.get("operations", []):
            _sow_operations(world, batch)


def _sow_record(world: World, seed: JsonObject) -> None:
    """Put a record into the books that no push of ours wrote."""
    here = world.directory.connections[seed["connection"]]
    world.store.insert(
        "ledger",
        company=here.company,
        connection=here.id,
        data_type=seed["dataType"],
        change="Created",
        record_id=seed["id"],
        lands=world.clock.now(),
        number=seed.get("number"),
    )


def _sow_operations(world: World, seed: JsonObject) -> None:
    """Add `count` operations that succeeded, a second apart, up to this moment."""
    here, count = world.directory.connections[seed["connection"]], int(seed["count"])
    data_type, now = seed.get("dataType", "bills"), world.clock.now()
    standing = STANDING_RECORDS["suppliers"][0]
    rows: list[tuple[object, ...]] = []
    for number in range(count):
        at = now - (count - number) * TICKS_PER_SECOND
        key = str(machine.new_uuid())
        rows.append((key, here.company, here.id, here.platform, data_type, at, at, at, standing))
    world.store.many(
        "INSERT INTO operations (key, company, connection, platform, data_type, kind, requested,"
        " visible, finishes, revives, outcome, record_id)"
        " VALUES (?, ?, ?, ?, ?, 'Create', ?, ?, ?, 0, 'Success', ?)",
        rows,
    )
