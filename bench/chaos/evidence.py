"""What is known after a run, sorted by the push that it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid5

from bench.chaos.books import JournalEntry
from bench.chaos.endings import Ending
from bench.chaos.faults import Rule
from bench.chaos.later_kinds import is_later, target_of
from codat.kinds import PushKind

_NUMBERS = 40
"""More submissions than any push makes."""


_METHODS = {PushKind.DELETE: "DELETE", PushKind.ATTACH: "POST", PushKind.DETACH: "DELETE"}
"""What a push of a later kind sends; files that were there before were sent by nobody's push."""


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
        updates = [pair for pair in enumerate(self.endings) if pair[1].item.is_update]
        later = {
            ending.item.record_id: index
            for index, ending in enumerate(self.endings)
            if ending.item.kind
        }
        found = [Case(ending, [], []) for ending in self.endings]
        for post in self.journal:
            if "/data/queue/" in post.get("path", ""):
                continue
            target = target_of(post)
            if target:
                owner = later[target]
                if post["method"] != _METHODS[self.endings[owner].item.push_kind]:
                    continue
            elif post["method"] == "POST":
                owner = owners[post["headers"]["idempotency-key"]]
            elif post["method"] == "PUT":
                owner = next(
                    index for index, ending in updates if ending.item.marker in post["body"]
                )
            else:
                continue
            found[owner].posts.append(post)
            if post["pushOperationKey"]:
                owners[post["pushOperationKey"]] = owner
        for record in self.ledger:
            key = record["idempotencyKey"] or record["pushOperationKey"]
            if not _was_before(record, owners):
                found[owners[key]].records.append(record)
        return found


def _was_before(written: JournalEntry, owners: Mapping[str, int]) -> bool:
    """Whether it was put there before the storm: by nobody's push, for one of a later kind."""
    return is_later(written) and written["pushOperationKey"] not in owners
