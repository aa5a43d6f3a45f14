"""A push's time: its deadline, the minutes that the platform is told, and the next look."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from activities.models import PushPolicy

TOLERANCE = timedelta(seconds=30)
"""The platform counts whole minutes; with less than this left nothing is sent any more."""

SPARE = 8
"""An eighth of `poll_first`: so much longer than the look before it may a look take."""

SPARE_OF_A_STEP = 16
"""A sixteenth of a long wait, in whole marks of the grid: a crowd's looks take longer."""

PUT_OFF = 8
"""An eighth of a learned age: so much later may a look come, so that one list answers several."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def deadline_of(requested: datetime, minutes: int | None) -> datetime | None:
    """When a push that was requested then has to be over (UTC); None: never."""
    return None if minutes is None else requested + timedelta(minutes=minutes)


def minutes_left(now: datetime, deadline: datetime | None) -> int | None:
    """Count the whole minutes to tell the platform, within half a minute; 0: too late to send."""
    if deadline is None:
        return None
    return max(int((deadline - now + TOLERANCE) / timedelta(minutes=1)), 0)


def next_poll(policy: PushPolicy, company: UUID, requested: datetime, now: datetime) -> datetime:
    """Say when to look again (UTC): before the push is `poll_factor` times as old.

    Pushes of a company that were requested together look together, so that one list of operations
    answers them all: their ages count from a mark of the company's grid, `poll_first` wide. The
    count begins a little late (`SPARE`), so that a multiple of the counted age is less than that of
    the age.
    Beyond `poll_cap` all of a company's pushes look at the same moments.
    """
    first, cap = policy.poll_first, policy.poll_cap
    if not first:
        return now
    origin = _next_mark(requested + first / SPARE, first, company)
    age = now - origin
    if max(first, age * (policy.poll_factor - 1)) > cap:
        return _next_mark(now, cap, company)
    return origin + _next_age(age, first, policy.poll_factor)


def next_learned_poll(
    policy: PushPolicy, company: UUID, sent: datetime, looked: datetime, ages: Sequence[timedelta]
) -> datetime | None:
    """Say when to look again (UTC) by these ages, counted from the sending; None beyond them.

    Each is put off to a mark of the company's grid, by an eighth of the age at most. `looked` is
    the last look, or the sending: a moment after it may be past, since a busy worker comes late.
    """
    for age in ages if policy.poll_first else ():
        due = _next_mark(sent + age, min(policy.poll_first, age / PUT_OFF), company)
        if due > looked:
            return due
    return None


def next_poll_slowed(
    policy: PushPolicy, company: UUID, now: datetime, planned: datetime, patience: float
) -> datetime:
    """Look so many times later than planned, on a mark of the company's grid again (UTC).

    Else its pushes, which were a moment apart, would look further apart each time.
    """
    pause = (planned - now) * patience
    width = policy.poll_first
    while width and 4 * width <= pause:
        width *= 2
    if pause > policy.poll_cap:
        width = policy.poll_cap
    return _next_mark(now + pause, width, company) if width else now + pause


def back_off(attempts: int, most: timedelta) -> timedelta:
    """Say how long to wait before asking again after so many failures: 2 s, 4 s, 8 s ... `most`."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), most)


def _next_age(age: timedelta, first: timedelta, factor: float) -> timedelta:
    """Give the next of the ages first, first * factor ... to look at, less what is spared."""
    if factor == 1:
        return first * (max(age // first, 0) + 1)
    planned = first
    while planned <= age:
        step = planned * (factor - 1)
        planned += step - step // (SPARE_OF_A_STEP * first) * first
    return planned


def _next_mark(moment: datetime, width: timedelta, company: UUID) -> datetime:
    """Round up to the company's grid; each has its own, so that not all ask at once."""
    phase = width * ((company.int % 1000) / 1000)
    passed = (moment - _EPOCH - phase) % width
    return moment + (width - passed if passed else passed)
