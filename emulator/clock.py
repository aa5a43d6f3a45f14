"""The emulator's own time: scaled, advanced by hand, or borrowed from a function.

Moments are whole ticks of 100 ns since 1970, the seven digits that the API shows.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from emulator import machine

TICKS_PER_SECOND = 10_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FASTEST = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


def ticks(moment: datetime) -> int:
    """Turn an aware datetime into ticks."""
    return (moment - _EPOCH) // _MICROSECOND * 10


def seconds(amount: float) -> int:
    """Turn seconds into ticks."""
    return round(amount * TICKS_PER_SECOND)


def at(moment: int) -> datetime:
    """Turn ticks into an aware datetime, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=moment // 10)


def timestamp(moment: int) -> str:
    """Write ticks as the API does: seven fractional digits and a Z."""
    whole, fraction = divmod(moment, TICKS_PER_SECOND)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{fraction:07d}Z"


def http_date(moment: int) -> str:
    """Write ticks as an HTTP date."""
    return format_datetime(at(moment).replace(microsecond=0), usegmt=True)


class Clock:
    """A clock that runs `speed` times as fast as the machine's, or follows `source`."""

    def __init__(self, source: Callable[[], datetime] | None = None, speed: float = 1.0) -> None:
        self._source = source
        self.speed = _possible(speed)
        self._offset = 0
        self._real = self._shown = machine.time_ns() // 100

    @property
    def borrowed(self) -> bool:
        """Whether the time comes from a function of the caller's."""
        return self._source is not None

    def now(self) -> int:
        """Give this moment in ticks."""
        if self._source is not None:
            return ticks(self._source()) + self._offset
        passed = machine.time_ns() // 100 - self._real
        return self._shown + round(passed * self.speed) + self._offset

    def advance(self, by: float) -> None:
        """Jump `by` seconds ahead; OverflowError where no calendar reaches."""
        at(self.now() + seconds(by))
        self._offset += seconds(by)

    def run_at(self, speed: float) -> None:
        """Go on from this moment at another speed; ValueError for one that no time has."""
        possible = _possible(speed)
        self._shown, self._real, self._offset = self.now(), machine.time_ns() // 100, 0
        self.speed = possible

    def state(self) -> dict[str, float]:
        """Give what `restore` needs, so that time goes on while the emulator is dead."""
        return {
            "real": self._real,
            "shown": self._shown,
            "offset": self._offset,
            "speed": self.speed,
        }

    def restore(self, state: dict[str, float]) -> None:
        """Go on as an earlier emulator's clock would have."""
        self._offset = int(state["offset"])
        if self._source is None:
            self._real, self._shown = int(state["real"]), int(state["shown"])
            self.speed = state["speed"]


def _possible(speed: float) -> float:
    if not 0 < speed <= _FASTEST:
        message = f"The speed is a number above 0 and up to {_FASTEST:,}, not {speed}."
        raise ValueError(message)
    return speed
