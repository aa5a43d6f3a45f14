"""A worker whose wall clock is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from codat import clock


@contextmanager
def wall_clock_off(by: timedelta) -> Iterator[None]:
    """Put the wall clock of this process forward by that while the block runs."""
    clock.shift_wall_clock(by)
    try:
        yield
    finally:
        clock.shift_wall_clock(timedelta())
