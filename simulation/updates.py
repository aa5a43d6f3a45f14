"""The order of updates: the books end as the last request says."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from simulation.books import BookEntry, seconds
from simulation.plan import Item

OVERTAKES = 10.0 + 10.0 + 12.1
"""Virtual seconds after the start of a newer update in which an older one may still arrive: the
list of workflows may lag, a request that was allowed may be held up, and its way may be slow."""


ENDS_RUNS = (
    "terminate",
    "terminate and retry",
    "reset to the first task",
    "reset to the last task",
    "reset to any task",
    "start over it",
    "start with a copied memo",
    "start with an old ledger",
    "start with cron",
    "start with a retry policy",
)
"""Commands that take the turn from an update while its request may be on its way."""


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


def out_of_order(cases: list[UpdateCase]) -> Iterator[str]:
    """Find records that end as an older update says, though a newer one succeeded.

    An update that was in doubt may come late, and so may one whose run was ended from outside.
    """
    places: dict[tuple[str, str, str | None], list[UpdateCase]] = {}
    for case in cases:
        places.setdefault(_place(case.item), []).append(case)
    for rivals in places.values():
        written = [case for case in rivals if case.records]
        if not written:
            continue
        last = max(written, key=lambda case: case.records[-1]["number"])
        if last.statuses - {"Success", "Failed"} or _is_ended_from_outside(last.item):
            continue
        for newer in rivals:
            if newer.is_success and newer.records and last.began < newer.began:
                yield (
                    f"order: the books end as push {last.item.number} says, and push "
                    f"{newer.item.number}, which succeeded, was requested later"
                )


def _is_ended_from_outside(item: Item) -> bool:
    given = [command for _, command in item.presses] + [aimed.command for aimed in item.aimed]
    return any(command in ENDS_RUNS for command in given)


def _place(item: Item) -> tuple[str, str, str | None]:
    return item.connection, item.data_type, item.request.record_id
