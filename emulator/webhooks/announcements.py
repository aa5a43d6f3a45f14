"""Who is told what: an operation or a refresh that is over becomes one delivery a subscriber."""

import json

from emulator.clock import seconds
from emulator.faults import WEBHOOK_FAULTS
from emulator.reads.cache import has_changed, read_before
from emulator.store import JsonObject, Row
from emulator.webhooks import events
from emulator.webhooks.consumers import CONSUMER, Subscriber, subscribers
from emulator.world import World

_BATCH = 500


def announce_due(world: World) -> None:
    """Write deliveries for all that has ended up to this moment."""
    everyone = subscribers(world)
    with world.store.transaction():
        if everyone:
            _announce_operations(world, everyone)
            _announce_refreshes(world, everyone)
        else:
            _forget_due(world)


def _forget_due(world: World) -> None:
    now = world.clock.now()
    world.store.run(
        "UPDATE operations SET announce = CASE WHEN revives AND announce < finishes"
        " THEN finishes END WHERE announce <= ?",
        now,
    )
    world.store.run("UPDATE refreshes SET announce = NULL WHERE announce <= ?", now)


def _announce_operations(world: World, everyone: list[Subscriber]) -> None:
    now = world.clock.now()
    while rows := world.store.all(
        "SELECT * FROM operations WHERE announce <= ? ORDER BY announce, seq LIMIT ?", now, _BATCH
    ):
        for row in rows:
            _announce_operation(world, row, everyone)


def _announce_operation(world: World, row: Row, everyone: list[Subscriber]) -> None:
    at = row["announce"]
    again = row["finishes"] if row["revives"] and at < row["finishes"] else None
    world.store.run("UPDATE operations SET announce = ? WHERE key = ?", again, row["key"])
    event = events.event_type(row, at)
    faults = _faults(world, event, row)
    keys, companies = world.settings.rule_keys, world.directory.companies
    for subscriber in everyone:
        if not subscriber.wants(event, row["company"]):
            continue
        body = events.body(row, at, subscriber, companies, keys)
        if body is not None:
            _post(world, subscriber, row["key"], event, body, faults)


def _announce_refreshes(world: World, everyone: list[Subscriber]) -> None:
    store, event = world.store, events.READ_COMPLETED
    for row in store.all(
        "SELECT * FROM refreshes WHERE announce <= ? ORDER BY announce, seq", world.clock.now()
    ):
        store.run("UPDATE refreshes SET announce = NULL WHERE seq = ?", row["seq"])
        since = read_before(store, row)
        modified = has_changed(store, row, since)
        body = events.read_completed(row, world.directory.companies, since, modified=modified)
        faults = _faults(world, event, row)
        for subscriber in everyone:
            if subscriber.kind == CONSUMER and subscriber.wants(event, row["company"]):
                _post(world, subscriber, None, event, body, faults)


def _faults(world: World, event: str, row: Row) -> dict[str, JsonObject]:
    struck = world.faults.strike(WEBHOOK_FAULTS, "POST", event, row["connection"])
    return {rule.fault: rule.parameters for rule in struck}


def _post(  # noqa: PLR0913, PLR0917  # the parts of one delivery
    world: World,
    to: Subscriber,
    operation: str | None,
    event: str,
    body: str,
    faults: dict[str, JsonObject],
) -> None:
    store, now = world.store, world.clock.now()
    due, state = _fate(faults, now)
    if state != "lost":
        # What was held back goes out right behind this one.
        store.run(
            "UPDATE deliveries SET due = ?, state = 'waiting'"
            " WHERE consumer = ? AND state = 'held'",
            *(now + 1, to.id),
        )
    message: JsonObject = json.loads(body)
    number = str(message.get("id") or message.get("AlertId") or message.get("alertId"))
    for _ in range(2 if "webhook-twice" in faults else 1):
        store.insert(
            "deliveries",
            message=f"msg_{number.replace('-', '')}",
            consumer=to.id,
            operation=operation,
            event=event,
            body=body,
            due=due,
            attempt=0,
            forged="webhook-forged" in faults,
            state=state,
            answers="[]",
        )


def _fate(faults: dict[str, JsonObject], now: int) -> tuple[int | None, str]:
    """Give the tick at which a delivery is due, and its state."""
    if "webhook-lost" in faults:
        return None, "lost"
    if "webhook-out-of-order" in faults:
        return now + seconds(faults["webhook-out-of-order"].get("seconds", 60)), "held"
    if "webhook-late" in faults:
        return now + seconds(faults["webhook-late"].get("seconds", 30)), "waiting"
    return now, "waiting"
