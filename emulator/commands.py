"""What can be done to an emulator from outside, by its controls and by its Python handle."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from emulator import ledger
from emulator.connections import Connection
from emulator.reads.refreshes import start_queued
from emulator.seed_data import seed
from emulator.store import JsonObject
from emulator.webhooks.consumers import subscribers
from emulator.world import World


class ControlCommands:
    """Commands to one world."""

    def __init__(self, world: World, shut: Callable[[float], None] | None = None) -> None:
        self._world = world
        self._shut = shut

    def fault(self, rule: Mapping[str, Any]) -> JsonObject:
        """Add a fault rule."""
        added = self._world.faults.add(rule)
        # Behind a port a refusal comes before there is a request that could be matched.
        if added.fault == "refuse" and added.unconditional and self._shut is not None:
            added.fired += 1
            self._world.faults.remove(added.id)
            self._shut(added.parameters.get("seconds", 1))
        return added.document()

    def faults(self) -> list[JsonObject]:
        """Show the rules and how often each has fired."""
        return self._world.faults.documents()

    def forget_faults(self, number: int | None = None) -> None:
        """Remove one rule, or all."""
        self._world.faults.remove(number)

    def behave(self, connection: str, behaviour: Mapping[str, Any]) -> JsonObject:
        """Change a connection's manners; what waited for it to come online is then scheduled."""
        world = self._world
        with world.store.transaction():
            changed = world.directory.behave(connection, behaviour)
            if not changed.behaviour.offline:
                self._wake(changed)
                start_queued(world, changed, world.clock.now())
        self._world.stir()
        return changed.document()

    def _wake(self, connection: Connection) -> None:
        store, now = self._world.store, self._world.clock.now()
        waiting = store.all(
            "SELECT key FROM operations WHERE connection = ? AND finishes IS NULL"
            " AND (deadline IS NULL OR deadline > ?)",
            connection.id,
            now,
        )
        for row in waiting:
            key, finishes = row["key"], connection.behaviour.finish(now, row["key"])
            store.run(
                "UPDATE operations SET finishes = ?, announce = min(?, coalesce(deadline, ?))"
                " WHERE key = ?",
                *(finishes, finishes, finishes, key),
            )
            store.run(
                "UPDATE ledger SET lands = ? WHERE operation = ? AND"
                " (SELECT coalesce(deadline, ?) >= ? FROM operations WHERE key = ?)",
                *(finishes, key, finishes, finishes, key),
            )

    def change_settings(self, changes: Mapping[str, Any]) -> JsonObject:
        """Change some settings of the deployment."""
        self._world.change_settings(self._world.settings.changed(changes))
        return self._world.settings.document()

    def run_at(self, speed: float) -> None:
        """Let the clock run so many times as fast as the machine's."""
        self._world.clock.run_at(speed)
        self._world.keep_clock()

    def advance(self, seconds: float) -> None:
        """Jump ahead."""
        self._world.clock.advance(seconds)
        self._world.keep_clock()

    def seed(self, seeds: JsonObject) -> JsonObject:
        """Add companies, connections, records, operations."""
        seed(self._world, seeds)
        return {"companies": list(self._world.directory.companies)}

    def webhooks(self) -> JsonObject:
        """Show the consumers with their secrets, and every delivery with its attempts."""
        store = self._world.store
        shown = ("message", "consumer", "operation", "event", "attempt", "state")
        return {
            "consumers": [
                {"kind": subscriber.kind, "secret": subscriber.secret, **subscriber.document}
                for subscriber in subscribers(self._world)
            ],
            "deliveries": [
                {
                    **{name: row[name] for name in shown},
                    "answers": json.loads(row["answers"]),
                    "body": json.loads(row["body"]),
                }
                for row in store.all("SELECT * FROM deliveries ORDER BY seq")
            ],
        }

    def ledger(self, wanted: Mapping[str, str]) -> list[JsonObject]:
        """Give what has landed in the books."""
        return ledger.entries(self._world.store, self._world.clock.now(), wanted)

    def invariants(self) -> JsonObject:
        """Count duplicates and strays."""
        return ledger.invariants(self._world.store, self._world.clock.now())
