"""The order of updates: a record never ends as an older update after a newer one succeeded."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from simulation.books import BookEntry, seconds
from simulation.plan import Item

OVERTAKES = 10.0 + 10.0 + 12.1
"""Virtual seconds after the start of a newer update in which an older one may still arrive: the
list of workflows may lag, a request that was allowed may be held up, and its way may be slow."""


@dataclass(frozen=True)
class UpdateCase:
    """An update: when its push began (virtual seconds), what it sent and wrote, how it ended."""

    item: Item
    began: float
    requests: list[BookEntry]
    records: list[BookEntry]
    statuses: frozenset[str]
    is_success: bool


def stale(cases: list[UpdateCase]) -> Iterator[str]:
    """Find updates that stand in the books though they were sent long after a newer one began."""
    for older, newer in permutations(cases, 2):
        if not newer.is_success or "Failed" in newer.statuses or not older.began < newer.began:
            continue
        if _place(older.item) != _place(newer.item) or not (older.records and newer.records):
            continue
        last = max((*older.records, *newer.records), key=lambda entry: entry["number"])
        arrived = [
            seconds(request["receivedAt"])
            for request in older.requests
            if request["pushOperationKey"] == last["pushOperationKey"]
        ]
        if arrived and min(arrived) > newer.began + OVERTAKES:
            yield (
                f"older: push {older.item.number} sent its update at {min(arrived):.1f}, and push "
                f"{newer.item.number}, which succeeded, had begun at {newer.began:.1f}"
            )


def _place(item: Item) -> tuple[str, str, str | None]:
    return item.connection, item.data_type, item.record_id
