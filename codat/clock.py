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
    """The clock of a worker under test."""

    model_config = SettingsConfigDict(
        env_prefix="PUSH_", frozen=True, use_attribute_docstrings=True
    )

    clock_shift: Duration = timedelta()
    """For tests only: moves the process's wall clock forward; `-PT12M` moves it back 12 minutes."""


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
