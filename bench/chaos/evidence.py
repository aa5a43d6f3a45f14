"""What is known after a run, sorted by the push that it belongs to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid5

from bench.chaos.books import JournalEntry
from bench.chaos.endings import Ending
from bench.chaos.faults import Rule

_NUMBERS = 40
"""More submissions than any push makes."""


@dataclass
class Case:
    """A push, the requests that it sent, the records that they wrote."""

    ending: Ending
    posts: list[JournalEntry]
    records: list[JournalEntry]

    @property
    def begun(self) -> datetime:
        """When its first run began (UTC)."""
        return self.ending.runs[0].events[0].event_time.ToDatetime(tzinfo=UTC)

    @property
    def may_swap(self) -> bool:
        """Whether a twin's record is as good as its own."""
        return self.ending.item.twin is not None

    @property
    def name(self) -> str:
        """How a report calls it."""
        return f"push {self.ending.item.number}"


@dataclass
class Evidence:
    """How the pushes ended, what the emulator saw of them, and the faults that were in force."""

    endings: list[Ending]
    journal: list[JournalEntry]
    ledger: list[JournalEntry]
    in_force: list[Rule]

    def cases(self) -> list[Case]:
        """Sort requests and records by the push that they belong to."""
        owners = {
            str(uuid5(ending.push_id, str(number))): index
            for index, ending in enumerate(self.endings)
            for number in range(1, _NUMBERS)
        }
        updates = [pair for pair in enumerate(self.endings) if pair[1].item.record_id]
        found = [Case(ending, [], []) for ending in self.endings]
        for post in self.journal:
            if "/data/queue/" in post.get("path", ""):
                continue
            if post["method"] == "POST":
                owner = owners[post["headers"]["idempotency-key"]]
            elif post["method"] == "PUT":
                owner = next(
                    index for index, ending in updates if ending.item.marker in post["body"]
                )
            else:
                continue
            found[owner].posts.append(post)
            owners[post["pushOperationKey"]] = owner
        for record in self.ledger:
            key = record["idempotencyKey"] or record["pushOperationKey"]
            found[owners[key]].records.append(record)
        return found
