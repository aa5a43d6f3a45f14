"""The requests that Codat still allows today, as its answers tell (`X-Rate-Limit-*`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from codat.clock import utc_now
from codat.responses import CodatResponse, http_date

LOW = 0.25
"""From this part of the day's requests on, whoever can wait waits longer."""

SHORT = 0.02
"""From this part on, what is left is for pushes and for what can't wait."""

MAX_PATIENCE = 16.0

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DailyQuota:
    """What is left of a day's requests; without numbers: enough."""

    limit: int = 0
    remaining: int = 1
    until_reset: timedelta = _DAY

    @classmethod
    def read(cls, answer: CodatResponse) -> Self | None:
        """Read the headers of an answer; None when it does not tell."""
        try:
            limit = int(answer.headers.get("x-rate-limit-limit", ""))
            remaining = int(answer.headers.get("x-rate-limit-remaining", ""))
        except ValueError:
            return None
        now = answer.date or utc_now()
        reset = http_date(answer.headers.get("x-rate-limit-reset", "")) or _midnight_after(now)
        return cls(limit, remaining, min(max(reset - now, timedelta()), _DAY))

    @property
    def part(self) -> float:
        """The part of the day's requests that is left, 0 to 1."""
        return self.remaining / self.limit if self.limit > 0 else 1.0

    @property
    def patience(self) -> float:
        """How many times longer to wait before asking again what can wait; 1 to 16."""
        if self.part >= LOW:
            return 1.0
        needed = self.until_reset / _DAY / max(self.part / LOW, 0.001)
        return min(max(needed, 1.0), MAX_PATIENCE)

    @property
    def is_short(self) -> bool:
        """Whether what is left should be kept for pushes."""
        return self.part < SHORT


def _midnight_after(now: datetime) -> datetime:
    """Give the next 00:00 UTC, when Codat's days begin."""
    return (now + _DAY).replace(hour=0, minute=0, second=0, microsecond=0)
