"""A company's share of the day's requests: none can use them up for all the others."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from codat.quota import DailyQuota

A_DAY = timedelta(days=1)
FORGET = timedelta(days=2)
"""A company that has not asked for so long counts no more as another."""


class DayShares:
    """Counts what this process asks for each company; `share` is a part of the day, 0 to 1.

    A company that is alone may have twice its share.
    """

    def __init__(self, share: float, clock: Callable[[], float]) -> None:
        self._share = share
        self._clock = clock
        self._asked: Counter[UUID | None] = Counter()
        self._seen: dict[UUID | None, float] = {}
        self._ends = clock()

    def is_spent(self, company: UUID | None, allowance: DailyQuota) -> bool:
        """Whether the company has had its share of today."""
        now = self._clock()
        if now >= self._ends:
            self._begin_day(now)
        self._ends = min(self._ends, now + allowance.until_reset.total_seconds())
        self._seen[company] = now
        part = self._share if len(self._seen) > 1 else 2 * self._share
        # Without a limit, or with all of it, nobody counts.
        known = allowance.limit > 0 and part < 1
        return known and self._asked[company] >= max(1, part * allowance.limit)

    def count(self, company: UUID | None) -> None:
        """Count a request."""
        self._asked[company] += 1

    @property
    def until_reset(self) -> float:
        """Seconds until the counting begins anew."""
        return max(self._ends - self._clock(), 0.0)

    def _begin_day(self, now: float) -> None:
        self._asked.clear()
        self._ends = now + A_DAY.total_seconds()
        gone = now - FORGET.total_seconds()
        self._seen = {company: when for company, when in self._seen.items() if when > gone}
