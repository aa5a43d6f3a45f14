"""How long accounting software takes, as this worker has seen it, and when best to poll for it."""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from statistics import median
from uuid import UUID

from cachetools import LRUCache

from codat.models import PushOperation, PushTarget

REMEMBERED = 32
"""Durations of one connection and data type: the latest, so that a new pace is soon learned."""

ENOUGH = 8

MAX_PLACES = 5_000

PRICE_OF_A_LOOK = 0.04
"""Of the usual duration: so much sooner must an answer be seen, on average, for one look more."""

MAX_LOOKS = 8

SLACK = timedelta(milliseconds=250)
SLACK_PART = 0.02
"""Of an age: the software is seldom as quick as ever again."""

Place = tuple[UUID, str]


class Durations:
    """The latest durations of each connection and data type."""

    def __init__(self) -> None:
        self._known: LRUCache[Place, deque[float]] = LRUCache(MAX_PLACES)

    def note(self, target: PushTarget, operation: PushOperation) -> None:
        """Learn how long an operation took that was pending once and is over."""
        requested, completed = operation.requested_on_utc, operation.completed_on_utc
        if not operation.is_over or requested is None or completed is None:
            return
        took = (completed - requested).total_seconds()
        if took >= 0:
            self._known.setdefault(_place(target), deque(maxlen=REMEMBERED)).append(took)

    def looks(self, target: PushTarget) -> list[timedelta]:
        """Give the ages at which an operation is best looked at; none while little is known."""
        known = self._known.get(_place(target), ())
        if len(known) < ENOUGH:
            return []
        ages = best_looks(known, PRICE_OF_A_LOOK * median(known))[:MAX_LOOKS]
        return [timedelta(seconds=age * (1 + SLACK_PART)) + SLACK for age in ages]


def best_looks(durations: Sequence[float], price: float) -> list[float]:
    """Choose the ages at which all of these would have been seen at the least cost, in seconds.

    The cost is how late each is seen, and `price` for each look. A dynamic program: all that took
    no longer than an age are seen by the looks up to it, whatever comes later.
    """
    ages = sorted(durations)
    sums = [0.0, *accumulate(ages)]
    costs, before = [0.0], [0]
    for seen in range(1, len(ages) + 1):
        options = [
            (
                costs[earlier]
                + price * (len(ages) - earlier)
                + ages[seen - 1] * (seen - earlier)
                - (sums[seen] - sums[earlier]),
                earlier,
            )
            for earlier in range(seen)
        ]
        cost, earlier = min(options)
        costs.append(cost)
        before.append(earlier)
    looks, seen = list[float](), len(ages)
    while seen:
        looks.append(ages[seen - 1])
        seen = before[seen]
    return looks[::-1]


def _place(target: PushTarget) -> Place:
    return target.connection_id, target.data_type
