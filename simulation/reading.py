"""What Codat can read of the software's books, and people who work in them beside the pushes."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bench.chaos.records import near_twin
from emulator import Emulator
from emulator.errors import EmulatedError
from simulation.choices import Choices
from simulation.plan import STORM, Item

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

STATUSES = ("Complete",) * 8 + ("FetchError", "RateLimitError", "InternalError", "AuthError")
"""How refreshes end while things go wrong."""

REFUSALS = (None,) * 6 + (402, 403)
"""The HTTP status by which a run's platforms refuse refreshes and reads."""

UNREADABLE = ((),) * 6 + (("bills",), ("suppliers", "journalEntries"))
"""The data types that a software can't give."""


def behaviour_of(choices: Choices, connection: str) -> dict[str, Any]:
    """Draw how a connection is read; some of it is mended when the faults stop."""
    name = connection[-8:]
    return {
        "refresh_seconds": choices.pick(f"refresh time of {name}", (1.0, 1.0, 8.0, 45.0, 400.0)),
        "refresh_status": choices.pick(f"refresh status of {name}", STATUSES),
        "unreadable": list(choices.pick(f"unreadable of {name}", UNREADABLE)),
        "syncs_after_push": choices.pick(
            f"syncs of {name}", ("asked", "unless-refused", "unless-refused", "never")
        ),
    }


def set_up_reading(emulator: Emulator, choices: Choices, connections: Iterable[str]) -> None:
    """Let each connection be read in its own way, or one refuse it for its whole company."""
    refusal = choices.pick("refusal to be read", REFUSALS)
    refusing = choices.pick("who refuses to be read", sorted(connections))
    for connection in sorted(connections):
        behaviour = behaviour_of(choices, connection)
        if connection == refusing:
            behaviour["refuses_reads"] = refusal
        emulator.connection(connection).set(**behaviour)


def mend_reading(emulator: Emulator, choices: Choices, connections: Iterable[str]) -> None:
    """Let refreshes end well from now on, on most connections."""
    for connection in sorted(connections):
        if choices.happens(f"reading {connection[-8:]} is mended", 0.7):
            emulator.connection(connection).set(refresh_status="Complete", refuses_reads=None)


class Bookkeepers:
    """People who enter near-twins of what is pushed, and who change and delete what was written."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world

    async def run(self) -> None:
        """Work in the books for as long as things go wrong."""
        busy = self._world.choices.pick("bookkeepers", (0.0, 0.2, 0.2, 0.6))
        works = [
            self._work(item)
            for item in self._world.plan.items
            if _is_worked_on(item) and self._world.choices.happens(f"books {item.name}", busy)
        ]
        await asyncio.gather(*works)

    async def _work(self, item: Item) -> None:
        choices, name = self._world.choices, item.name
        longest = choices.pick(f"when books {name}", (1.0, 10.0, 200.0, 1000.0))
        pause = item.at + choices.number(f"pause books {name}", 0.0, longest)
        await asyncio.sleep(min(pause, STORM * 5))
        ways = (self._enter, self._change, self._change, self._drop)
        way = self._change if item.record_id else choices.pick(f"way books {name}", ways)
        try:
            way(item)
        except EmulatedError:
            return

    def _enter(self, item: Item) -> None:
        """Enter a record that differs from the push's in one field."""
        books = self._world.platform.emulator.connection(item.connection)
        twin = near_twin(item.data_type, item.data, 1000 + item.number)
        books.add_record(item.data_type, twin)
        self._world.trace.tell(f"bookkeeper: enters a near-twin of {item.name}")

    def _change(self, item: Item) -> None:
        """Change one field of a record that the push wrote: one fact proves nothing."""
        books = self._world.platform.emulator.connection(item.connection)
        changes: dict[str, Any] = {"note": "Looked at."}
        if item.makes_record:
            changed = near_twin(item.data_type, item.data, 2000 + item.number)
            changes = {name: value for name, value in changed.items() if value != item.data[name]}
        for record_id in self._written(item):
            books.change_record(item.data_type, record_id, **changes)
            self._world.trace.tell(f"bookkeeper: changes the record of {item.name}")

    def _drop(self, item: Item) -> None:
        books = self._world.platform.emulator.connection(item.connection)
        for record_id in self._written(item):
            books.delete_record(item.data_type, record_id)
            self._world.trace.tell(f"bookkeeper: deletes the record of {item.name}")

    def _written(self, item: Item) -> list[str]:
        if item.record_id:
            return [item.record_id]
        entries = self._world.platform.emulator.ledger(connection=item.connection)
        return [entry["recordId"] for entry in entries if entry["idempotencyKey"] in item.keys]


def _is_worked_on(item: Item) -> bool:
    return item.makes_record or (item.is_update and not item.plan)
