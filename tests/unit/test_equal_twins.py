"""When pushes of the very same record may share the operations that show it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from activities.equal_twins import EqualOperation, EqualPush, share_of
from activities.find_models import TwinTimes

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = TwinTimes(
    settled_after=timedelta(seconds=180),
    taken_within=timedelta(seconds=300),
    listed_within=timedelta(seconds=10),
)
HONOURED = TIMES.model_copy(update={"key_age": timedelta(minutes=85)})
LATE = 200


def at(seconds):
    return BEGIN + timedelta(seconds=seconds)


def sent(name, begin=0, end=5, **more):
    return EqualPush(name, at(begin), at(end), at(begin), **more)


def made(number, requested=2):
    return EqualOperation(UUID(int=number), at(requested))


PUSHES = [sent("a"), sent("b", 1), sent("c", 2)]
OPERATIONS = [made(3, 2), made(1, 3), made(2, 4)]


def share(name, pushes=PUSHES, operations=OPERATIONS, times=TIMES, now=LATE):
    return share_of(name, pushes, operations, times, at(now))


def test_each_takes_the_operation_of_its_rank_in_time():
    shares = [share(name).operation for name in "abc"]

    assert [UUID(int=3), UUID(int=1), UUID(int=2)] == shares


def test_the_order_in_which_they_are_listed_does_not_matter():
    shares = [share(name, PUSHES[::-1], OPERATIONS[::-1]).operation for name in "abc"]

    assert [share(name).operation for name in "abc"] == shares


@pytest.mark.parametrize("missing", range(3))
def test_a_push_that_may_not_have_written_leaves_all_unclear(missing):
    operations = [*OPERATIONS[:missing], *OPERATIONS[missing + 1 :]]
    found = share("a", operations=operations)

    assert (None, False) == (found.operation, found.is_awaited)
    assert "3 pushes sent an identical record, and 2 operations show it" in found.hindrance


def test_one_operation_more_leaves_all_unclear():
    assert share("a", operations=[*OPERATIONS, made(4)]).operation is None


def test_an_attempt_that_may_be_answered_is_awaited():
    pushes = [*PUSHES[:2], replace(PUSHES[2], is_owed=True)]
    found = share("a", pushes)

    assert (None, True) == (found.operation, found.is_awaited)


@pytest.mark.parametrize(("now", "is_shared"), [(184, False), (185, True)])
def test_the_late_look_of_each_is_awaited(now, is_shared):
    assert is_shared is (share("a", now=now).operation is not None)
    assert is_shared is not share("a", now=now).is_awaited


def test_an_operation_of_a_push_not_listed_yet_is_awaited():
    found = share("a", operations=[*OPERATIONS[:2], made(2, requested=180)], now=189)

    assert (None, True) == (found.operation, found.is_awaited)


def test_a_push_whose_past_is_in_doubt_leaves_all_unclear():
    found = share("a", [*PUSHES[:2], replace(PUSHES[2], is_in_doubt=True)])

    assert (None, False) == (found.operation, found.is_awaited)


@pytest.mark.parametrize(("minutes", "is_shared"), [(84, False), (86, True)])
def test_a_key_that_may_still_be_answered_leaves_all_unclear(minutes, is_shared):
    found = share("a", times=HONOURED, now=60 * minutes)

    assert is_shared is (found.operation is not None)


def test_a_push_of_another_time_counts_for_nothing():
    earlier = sent("z", -2000, -1000)

    assert share("a").operation == share("a", [earlier, *PUSHES]).operation


def test_a_push_that_can_have_made_some_only_leaves_all_unclear():
    # It would not find the others when it looks, and send again.
    pushes = [*PUSHES[:2], sent("c", 604, 605)]

    assert share("a", pushes, now=1000).operation is None


def test_a_push_without_an_operation_it_may_own_takes_none():
    assert share("z", [*PUSHES, sent("z", 2000, 2001)], now=3000).operation is None
