"""How many requests the client has made today."""

from emulator.clock import TICKS_PER_SECOND, Clock
from emulator.store import Store

DAY = 24 * 60 * 60 * TICKS_PER_SECOND


class Quota:
    """Counts the requests of a day, which ends at 00:00 UTC."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.load()

    def load(self) -> None:
        """Count what the journal has of today."""
        self._day = self._clock.now() // DAY
        row = self._store.one(
            "SELECT count(*) AS spent FROM journal WHERE received >= ?", self._day * DAY
        )
        self.spent = int(row["spent"]) if row else 0

    def count(self, now: int) -> None:
        """Count one more."""
        if now // DAY != self._day:
            self._day, self.spent = now // DAY, 0
        self.spent += 1
