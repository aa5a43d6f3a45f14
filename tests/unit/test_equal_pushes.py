"""How an equal push stands, by what its histories tell."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from activities.equal_pushes import sent_push
from activities.prior_runs import PastEvent, PastEventKind

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
KEY = UUID(int=7)


def at(seconds):
    return BEGIN + timedelta(seconds=seconds)


def scheduled(seconds, number=1):
    return PastEvent(at=at(seconds), kind=PastEventKind.SCHEDULED, number=number)


def lost(seconds, number=1):
    return answered(seconds, number, error="Lost")


def answered(seconds, number=1, **more):
    return PastEvent(at=at(seconds), kind=PastEventKind.ANSWERED, number=number, **more)


def fact(kind, seconds, **more):
    return PastEvent(at=at(seconds), kind=kind, **more)


def state(*facts, closed=(), is_sending=False) -> Any:
    return sent_push("push", facts, [at(end) for end in closed], is_sending=is_sending)


def test_a_push_that_sent_nothing_counts_for_nothing():
    assert set() == state()


def test_what_lost_its_answers_may_have_written():
    found = state(scheduled(1), lost(3), scheduled(5, number=2), lost(9, number=2))

    assert (at(1), at(9), at(5)) == (found.first, found.last, found.newest)
    assert (False, False) == (found.is_owed, found.is_in_doubt)


def test_a_key_is_as_old_as_the_first_time_it_was_sent():
    assert at(1) == state(scheduled(1), lost(3), scheduled(5), lost(9)).newest


@pytest.mark.parametrize("kind", [PastEventKind.ANSWERED, PastEventKind.ADOPTED])
def test_what_has_an_operation_counts_with_that_alone(kind):
    assert {KEY} == state(scheduled(1), fact(kind, 3, number=1, operation=KEY))


def test_what_was_sent_anew_may_have_written():
    found = state(scheduled(1), answered(3, operation=KEY), scheduled(5, 2), lost(6, 2))

    assert ({KEY}, at(6)) == (found.held, found.last)


def test_an_attempt_under_way_may_be_answered():
    assert state(scheduled(1), is_sending=True).is_owed


def test_an_attempt_without_an_end_ended_with_its_run():
    found = state(scheduled(1), scheduled(20), lost(25), closed=[10, 30])

    assert (at(25), False) == (found.last, found.is_in_doubt)
    assert at(10) == state(scheduled(1), closed=[10]).last


def test_an_attempt_that_nothing_tells_the_end_of_is_in_doubt():
    assert state(scheduled(1), closed=[]).is_in_doubt


def test_what_a_person_said_was_not_written_is_in_doubt():
    facts = [scheduled(1), lost(3), fact(PastEventKind.SETTLED, 9), scheduled(12, 2), lost(13, 2)]

    assert state(*facts).is_in_doubt


def carried(*entries):
    ledger = {"entries": list(entries)}
    return fact(PastEventKind.CARRIED, 50, ledger=ledger)


FIRST = {"number": 1, "firstScheduled": at(1).isoformat()}


def test_what_a_run_carried_on_counts():
    found = state(carried(FIRST))

    assert (at(1), at(50), at(1)) == (found.first, found.last, found.newest)
    assert {KEY} == state(carried(FIRST | {"operation": str(KEY)}))
    assert state(carried(FIRST, FIRST | {"number": 2})).is_in_doubt
