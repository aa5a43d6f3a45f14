"""A push's time: its deadline, the minutes that the platform is told, and the next look."""

from datetime import datetime, timedelta

from activities.models import Conduct

TOLERANCE = timedelta(seconds=30)
"""The platform counts whole minutes; with less than this left nothing is sent any more."""

JITTER = 0.1


def deadline_of(requested: datetime, minutes: int | None) -> datetime | None:
    """When a push that was requested then has to be over (UTC); None: never."""
    return None if minutes is None else requested + timedelta(minutes=minutes)


def minutes_left(now: datetime, deadline: datetime | None) -> int | None:
    """Count the whole minutes to tell the platform, within half a minute; 0: too late to send."""
    if deadline is None:
        return None
    return max(int((deadline - now + TOLERANCE) / timedelta(minutes=1)), 0)


def until_next_look(conduct: Conduct, looks: int, chance: float) -> timedelta:
    """Say how long to wait after so many looks: up to the cap, jittered by `chance` (0 to 1)."""
    # The cap is reached long before the power overflows.
    grown = conduct.poll_first * conduct.poll_factor ** min(looks, 64)
    return min(grown, conduct.poll_cap) * (1 + JITTER * (chance - 0.5))


def back_off(attempts: int, most: timedelta) -> timedelta:
    """Say how long to wait before asking again after so many failures: 1 s, 2 s, 4 s ... `most`."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), most)
