"""Whose a record in the books is, and whose a request at the platform was."""

import json
from datetime import UTC, datetime
from typing import Any

from emulator import Emulator
from simulation.plan import Item
from simulation.server.clock import EPOCH

BookEntry = dict[str, Any]


class Books:
    """The ledger and the journal of an emulator, as they are when this is made."""

    def __init__(self, emulator: Emulator) -> None:
        self._ledger = emulator.ledger()
        self._journal = emulator.journal()

    def requests(self, item: Item) -> list[BookEntry]:
        """Give the requests that a push sent, in the order of their arrival."""
        if item.record_id is None:
            return [
                entry
                for entry in self._journal
                if entry["headers"].get("idempotency-key") in item.keys
            ]
        return [
            entry
            for entry in self._journal
            if entry["method"] == "PUT" and item.marker in (entry["body"] or "")
        ]

    def records(self, item: Item) -> list[BookEntry]:
        """Give what a push wrote, in the order in which it came into the books."""
        if item.record_id is None:
            return [entry for entry in self._ledger if entry["idempotencyKey"] in item.keys]
        operations = {entry["pushOperationKey"] for entry in self.requests(item)}
        return [
            entry
            for entry in self._ledger
            if entry["pushOperationKey"] in operations or item.marker in json.dumps(entry["data"])
        ]


def seconds(moment: str) -> float:
    """Turn a moment of the emulator into virtual seconds."""
    return (datetime.fromisoformat(moment[:26]).replace(tzinfo=UTC) - EPOCH).total_seconds()
