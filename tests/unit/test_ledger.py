"""The ledger of submissions: what an answer settles, and what it leaves open."""

from uuid import UUID, uuid4

import pytest

from codat.models import PushStatus
from tests.support.ledgers import NOON, answered, scheduled
from workflows.ledger import Ledger, adopt
from workflows.lifecycle import _followed
from workflows.submission import (
    AttemptResult,
    Judgement,
    answer_to,
    idempotency_key,
    mark_not_written,
    record,
)

REFUSALS = [
    AttemptResult.BUSY,
    AttemptResult.CONFLICT,
    AttemptResult.UNAUTHORIZED,
    AttemptResult.REJECTED,
    AttemptResult.UNSENT,
]


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_settles_its_own_attempt(answer):
    ledger, _ = answered(answer)

    assert (False, False) == (ledger.was_sent, ledger.may_have_written)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_does_not_settle_an_attempt_without_an_end(answer):
    ledger, submission = answered(AttemptResult.LOST, answer)

    assert (True, True, True) == (submission.is_unclear, ledger.was_sent, ledger.may_have_written)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_does_not_settle_an_answer_that_proved_nothing(answer):
    ledger, submission = answered(AttemptResult.UNCLEAR, answer)

    assert (True, True, True) == (submission.is_unclear, ledger.was_sent, ledger.may_have_written)


def test_an_attempt_under_way_counts_as_sent():
    ledger, _ = scheduled()

    assert (True, True) == (ledger.was_sent, ledger.may_have_written)


def test_an_operation_settles_all_attempts_of_its_number():
    _, submission = answered(AttemptResult.LOST, AttemptResult.LOST, AttemptResult.ACCEPTED)

    assert (0, PushStatus.PENDING) == (submission.open, submission.status)


def test_a_failed_operation_has_written_nothing_but_was_sent():
    ledger, submission = answered(AttemptResult.ACCEPTED)
    submission.status = PushStatus.FAILED

    assert (True, False) == (ledger.was_sent, ledger.may_have_written)


@pytest.mark.parametrize("status", [PushStatus.PENDING, PushStatus.TIMED_OUT, PushStatus.UNKNOWN])
def test_an_operation_that_did_not_fail_may_still_write(status):
    ledger, submission = answered(AttemptResult.ACCEPTED)
    submission.status = status

    assert ledger.may_have_written


def test_a_number_looked_for_in_vain_stays_doubtful_for_wording():
    ledger, submission = answered(AttemptResult.LOST)
    mark_not_written(submission)

    assert (False, True, True) == (submission.is_unclear, ledger.was_sent, ledger.may_have_written)


def test_a_later_failure_closes_no_number_that_was_not_found():
    ledger, submission = answered(AttemptResult.UNCLEAR)
    mark_not_written(submission)
    second = ledger.begin(NOON, None, "digest")
    record(second, AttemptResult.ACCEPTED, uuid4())
    second.status = PushStatus.FAILED

    assert ledger.may_have_written


def test_an_operation_matched_by_content_is_doubtful_if_failed():
    ledger, submission = answered(AttemptResult.LOST)
    adopt(ledger, uuid4(), NOON)
    submission.status = PushStatus.FAILED

    assert ledger.may_have_written


def test_an_adopted_operation_takes_the_number_that_has_none():
    ledger, submission = answered(AttemptResult.LOST)
    operation = uuid4()
    adopt(ledger, operation, NOON)

    assert [submission] == ledger.submissions
    assert operation == submission.operation


def test_an_adopted_operation_beside_another_has_its_own_number():
    ledger, first = answered(AttemptResult.ACCEPTED)
    other = uuid4()
    adopt(ledger, other, NOON)

    assert [first.operation, other] == ledger.operations


@pytest.mark.parametrize("answer", REFUSALS)
def test_numbers_under_which_nothing_was_sent_are_not_counted(answer):
    ledger = Ledger()
    for _ in range(20):
        record(ledger.begin(NOON, None, "digest"), answer)

    assert not ledger.is_used_up


@pytest.mark.parametrize(("numbers", "expected"), [(7, False), (8, True)])
def test_eight_numbers_without_a_result_are_all(numbers, expected):
    ledger = Ledger()
    for _ in range(numbers):
        mark_not_written(ledger.begin(NOON, None, "digest"))

    assert expected == ledger.is_used_up


def test_numbers_that_led_to_an_operation_are_not_counted():
    ledger = Ledger()
    for _ in range(20):
        submission = ledger.begin(NOON, None, "digest")
        record(submission, AttemptResult.ACCEPTED, uuid4())
        submission.status = PushStatus.FAILED

    assert not ledger.is_used_up


def test_a_past_that_cannot_be_read_counts_as_sent():
    ledger = Ledger(unread=True)

    assert (True, True) == (ledger.was_sent, ledger.may_have_written)


def test_an_unheard_of_failure_counts_as_lost():
    assert {AttemptResult.LOST} == {
        answer_to(one) for one in (None, "", "Lost", "WorkerShutdown", "X")
    }


@pytest.mark.parametrize("kind", ["CodatRefused", "CodatNotFound"])
def test_a_refusal_of_any_kind_is_final(kind):
    assert AttemptResult.REJECTED is answer_to(kind)


def test_the_key_of_a_number_is_the_same_in_every_run():
    push = UUID("2e9d2c44-f675-40ba-8049-353bfcb5e171")

    assert idempotency_key(push, 1) == idempotency_key(push, 1)
    assert idempotency_key(push, 1) != idempotency_key(push, 2)


def test_a_failing_answer_outweighs_an_earlier_refusal():
    _, submission = answered(AttemptResult.UNAUTHORIZED, AttemptResult.UNCLEAR)

    assert Judgement.FAILING is submission.judgement


@pytest.mark.parametrize("judgement", [Judgement.FAILING, Judgement.NOT_WRITTEN])
def test_what_was_adopted_is_followed_by_the_next_run(judgement):
    # Found by the simulation: a push that adopted its operation after a 5xx sent its record again
    # once it went on in a new run.
    ledger, submission = scheduled(0)
    submission.judgement = judgement
    operation = uuid4()

    adopt(ledger, operation, NOON)
    followed = _followed(ledger)

    assert followed
    assert followed.operation.push_operation_key == operation
