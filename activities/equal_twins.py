"""Several pushes of the very same record: which of several equal operations each of them takes.

Nothing tells their records apart, so any assignment is right that gives each push an operation of
its own. This one is reckoned alike by all of them. docs/protocol.md has the rule and its reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from activities.find_models import TwinTimes
from activities.other_pushes import BEFORE


@dataclass(frozen=True)
class EqualPush:
    """A push of our record that may have written one and has no operation.

    `first` is the first schedule of an attempt, `last` when the last attempt ended, `newest` the
    first schedule of its newest submission (all UTC). `held` are operations of earlier submissions.
    `is_owed`: an answer may still come.
    `is_in_doubt`: a person has decided about it, or its past can't be read, so that it may have
    written more than one.
    """

    push: str
    first: datetime
    last: datetime
    newest: datetime
    held: frozenset[UUID] = frozenset()
    is_owed: bool = False
    is_in_doubt: bool = False


@dataclass(frozen=True)
class EqualOperation:
    """An operation that wrote our record and that nobody has; `requested` by Temporal's clock."""

    key: UUID
    requested: datetime


@dataclass(frozen=True)
class Share:
    """The operation that a push may take; without one, whether a later look may give one."""

    operation: UUID | None = None
    is_awaited: bool = False
    hindrance: str = ""


def share_of(
    push: str,
    pushes: Sequence[EqualPush],
    operations: Sequence[EqualOperation],
    times: TwinTimes,
    now: datetime,
) -> Share:
    """Say which of the operations `push` takes; `pushes` are all, itself included; `now`: UTC."""
    able = [twin for twin in pushes if any(_may_own(twin, each, times) for each in operations)]
    if push not in {twin.push for twin in able}:
        return Share()
    hindrance = _hindrance(able, operations, times, now)
    if hindrance:
        return hindrance
    place = [twin.push for twin in sorted(able, key=_by_time)].index(push)
    in_order = sorted(operations, key=lambda each: (each.requested, each.key))
    return Share(operation=in_order[place].key)


def _hindrance(
    able: Sequence[EqualPush],
    operations: Sequence[EqualOperation],
    times: TwinTimes,
    now: datetime,
) -> Share | None:
    """Give the first reason for which nothing is assigned, and whether a later look may help."""
    words = f"{len(able)} pushes sent an identical record, and {len(operations)} operations show it"
    just_now, key_age = now - times.listed_within, times.key_age
    reasons = (
        ("what one push sent is in doubt", False, any(twin.is_in_doubt for twin in able)),
        ("not all are over", True, any(_is_early(twin, times, now) for twin in able)),
        (
            "one may be of a push just started",
            True,
            any(each.requested > just_now for each in operations),
        ),
        ("not as many as pushes", False, len(able) != len(operations)),
        (
            "a key may still be answered",
            False,
            key_age is not None and any(twin.newest + key_age > now for twin in able),
        ),
        (
            "not each may be of each push",
            False,
            not all(_may_own(twin, each, times) for twin in able for each in operations),
        ),
    )
    for reason, is_awaited, is_there in reasons:
        if is_there:
            return Share(is_awaited=is_awaited, hindrance=f"{words}: {reason}")
    return None


def _may_own(push: EqualPush, operation: EqualOperation, times: TwinTimes) -> bool:
    """Tell whether a push may have made an operation, and finds it when it looks."""
    return push.first - BEFORE <= operation.requested <= push.last + times.taken_within


def _is_early(push: EqualPush, times: TwinTimes, now: datetime) -> bool:
    return push.is_owed or push.last + times.settled_after > now


def _by_time(push: EqualPush) -> tuple[datetime, str]:
    return push.first, push.push
