"""Which companies start so much at once that theirs is done after what the others start.

Known to each process by what it has started itself: no state outside, nobody is asked.
"""

from collections.abc import Callable
from uuid import UUID

from cachetools import LRUCache

from codat.clock import monotonic

FIRST = 3
"""Temporal's own priority of what has none; smaller numbers go first."""

STEPS = (10, 500)
"""A company's pushes beyond so many get the next priority: as many as Codat takes at once, and a
bulk that lets a smaller one pass."""

A_SECOND = 1.0
"""So fast a crowd is forgotten; who starts no more than that is none."""

LARGEST = 1000.0
"""What is counted at most: no crowd is remembered for longer than a quarter of an hour."""

MAX_COMPANIES = 1000


class StartPriorities:
    """How many pushes each company has started lately; `clock` gives seconds."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: LRUCache[UUID, tuple[float, float]] = LRUCache(MAX_COMPANIES)

    def priority(self, company: UUID) -> int:
        """Count one more of a company; gives Temporal's priority for it."""
        started = min(self.lately(company) + 1, LARGEST)
        self._known[company] = (started, self._clock())
        return FIRST + sum(started > step for step in STEPS)

    def lately(self, company: UUID) -> float:
        """Give how many a company has started that are not forgotten yet."""
        started, noted = self._known.get(company, (0.0, 0.0))
        return max(started - (self._clock() - noted) * A_SECOND, 0.0)
