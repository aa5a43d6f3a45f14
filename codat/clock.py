"""The clocks and dice of this process: the wall clock, which may be wrong, and seconds that pass.

All that reads the time or needs chance asks here, so that a simulation can take the machine's
place. The wall clock is for people, certificates and signatures.
Nothing is decided by comparing it with a moment that another machine has told.
"""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

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


class Machine(Protocol):
    """What a process asks its machine for."""

    def utc_now(self) -> datetime:
        """Read the wall clock, UTC."""
        ...

    def seconds(self) -> float:
        """Read the seconds that pass, sleep of the machine included."""
        ...

    def monotonic(self) -> float:
        """Read the seconds that pass while the machine is awake."""
        ...

    def new_uuid(self) -> UUID:
        """Draw an id that nobody else has."""
        ...

    def between(self, least: float, most: float) -> float:
        """Draw a number."""
        ...


class _RealMachine:
    def utc_now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return time.clock_gettime(_CLOCK)

    def monotonic(self) -> float:
        return time.monotonic()

    def new_uuid(self) -> UUID:
        return uuid4()

    def between(self, least: float, most: float) -> float:
        return random.uniform(least, most)  # noqa: S311, no secret


REAL_MACHINE: Machine = _RealMachine()
_machine = REAL_MACHINE


def use_machine(machine: Machine) -> None:
    """Ask this machine from now on, as a simulation does."""
    global _machine  # noqa: PLW0603, a process has one machine
    _machine = machine


def utc_now() -> datetime:
    """Read the wall clock, UTC."""
    return _machine.utc_now() + _shift


def seconds() -> float:
    """Read the seconds of a clock that nobody sets; only differences mean something."""
    return _machine.seconds()


def monotonic() -> float:
    """Read the seconds of a clock that nobody sets and that stands while the machine sleeps."""
    return _machine.monotonic()


def new_uuid() -> UUID:
    """Draw an id that nobody else has."""
    return _machine.new_uuid()


def between(least: float, most: float) -> float:
    """Draw a number from `least` to `most`; no secret."""
    return _machine.between(least, most)


def shift_wall_clock(by: timedelta) -> None:
    """Put the wall clock forward by that, for a test."""
    global _shift  # noqa: PLW0603, a process has one wall clock
    _shift = by
