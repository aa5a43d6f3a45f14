"""The clocks of this process: the wall clock, which may be wrong, and seconds that only pass.

All that reads the time reads it here. The wall clock is for people, certificates and signatures.
Nothing is decided by comparing it with a moment that another machine has told.
"""

import time
from datetime import UTC, datetime, timedelta

from pydantic_settings import BaseSettings, SettingsConfigDict

from codat.settings import Duration

# It goes on while the machine sleeps, unlike the monotonic clock; not every system has it.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

_shift = timedelta()


class ClockSettings(BaseSettings):
    """`PUSH_CLOCK_SHIFT`, for tests: by how much this process's wall clock is put forward.

    Seconds or ISO 8601; `-PT12M` puts it twelve minutes back.
    """

    model_config = SettingsConfigDict(env_prefix="PUSH_", frozen=True)

    clock_shift: Duration = timedelta()


def utc_now() -> datetime:
    """Read the wall clock, UTC."""
    return datetime.now(UTC) + _shift


def seconds() -> float:
    """Read the seconds of a clock that nobody sets; only differences mean something."""
    return time.clock_gettime(_CLOCK)


def shift_wall_clock(by: timedelta) -> None:
    """Put the wall clock forward by that, for a test."""
    global _shift  # noqa: PLW0603, a process has one wall clock
    _shift = by
