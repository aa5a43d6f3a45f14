"""Whose a record in the books is, and whose a request at the platform was."""

from datetime import UTC, datetime
from typing import Any

from emulator import Emulator
from simulation.plan import Item
from simulation.server.clock import EPOCH
from surepush_client.kinds import PushKind

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
        own = item.request.workflow_id
        return [
            entry
            for entry in self._journal
            if entry["method"] != "GET" and entry["headers"].get("user-agent") == own
        ]

    def records(self, item: Item) -> list[BookEntry]:
        """Give what a push wrote, in the order in which it came into the books."""
        if item.record_id is None:
            return [entry for entry in self._ledger if entry["idempotencyKey"] in item.keys]
        operations = {entry["pushOperationKey"] for entry in self.requests(item)} - {None}
        return [entry for entry in self._ledger if entry["pushOperationKey"] in operations]

    def is_gone(self, item: Item) -> bool:
        """Whether what a push was to remove was removed, by this push or another one."""
        changes = {PushKind.DELETE: "Deleted", PushKind.DETACH: "AttachmentDeleted"}
        return any(
            entry["connectionId"] == item.connection
            and entry["recordId"] == item.request.record_id
            and item.kind is not None
            and entry["change"] == changes.get(item.kind)
            for entry in self._ledger
        )


def seconds(moment: str) -> float:
    """Turn a moment of the emulator into virtual seconds."""
    return (datetime.fromisoformat(moment[:26]).replace(tzinfo=UTC) - EPOCH).total_seconds()
