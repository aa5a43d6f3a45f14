"""What is known after a run, sorted by the push that it belongs to."""

from dataclasses import dataclass
from uuid import uuid5

from bench.chaos.books import Entry
from bench.chaos.endings import Ending
from bench.chaos.faults import Rule

_NUMBERS = 40
"""More submissions than any push makes."""


@dataclass
class Case:
    """A push, the requests that it sent, the records that they wrote."""

    ending: Ending
    posts: list[Entry]
    records: list[Entry]

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
    journal: list[Entry]
    ledger: list[Entry]
    in_force: list[Rule]

    def cases(self) -> list[Case]:
        """Sort requests and records by the push that they belong to."""
        owners = {
            str(uuid5(one.push_id, str(number))): index
            for index, one in enumerate(self.endings)
            for number in range(1, _NUMBERS)
        }
        owners |= {
            one.item.record_id: index
            for index, one in enumerate(self.endings)
            if one.item.record_id
        }
        found = [Case(ending, [], []) for ending in self.endings]
        for post in self.journal:
            if post["method"] == "POST":
                found[owners[post["headers"]["idempotency-key"]]].posts.append(post)
            elif post["method"] == "PUT":
                found[owners[post["path"].rpartition("/")[2]]].posts.append(post)
        for record in self.ledger:
            found[owners[record["idempotencyKey"] or record["recordId"]]].records.append(record)
        return found
