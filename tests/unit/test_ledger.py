"""The ledger of submissions: what an answer settles, and what it leaves open."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from activities.models import Idempotency
from codat.models import PushStatus
from workflows.ledger import Ledger, adopt
from workflows.lifecycle import _followed
from workflows.submission import (
    AttemptResult,
    Judgement,
    Submission,
    answer_to,
    idempotency_key,
    mark_not_written,
    may_resend,
    record,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REFUSALS = [
    AttemptResult.BUSY,
    AttemptResult.CONFLICT,
    AttemptResult.UNAUTHORIZED,
    AttemptResult.REJECTED,
    AttemptResult.UNSENT,
]


def scheduled(times: int = 1) -> tuple[Ledger, Submission]:
    ledger = Ledger()
    submission = ledger.begin(NOON, None, "digest")
    submission.open = times
    return ledger, submission


def answered(*answers: AttemptResult) -> tuple[Ledger, Submission]:
    ledger, submission = scheduled(0)
    for answer in answers:
        submission.open += 1
        record(submission, answer, uuid4() if answer is AttemptResult.ACCEPTED else None)
    return ledger, submission


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


@pytest.mark.parametrize("mode", Idempotency)
@pytest.mark.parametrize("answer", [AttemptResult.BUSY, AttemptResult.UNSENT])
def test_the_same_number_is_sent_again_after_a_busy_answer(mode, answer):
    _, submission = answered(answer)

    assert may_resend(submission, mode, NOON, "digest")


@pytest.mark.parametrize(
    ("mode", "answers", "expected"),
    [
        (Idempotency.HONOURED, [AttemptResult.LOST], True),
        (Idempotency.HONOURED, [AttemptResult.LOST, AttemptResult.BUSY], True),
        (Idempotency.IGNORED, [AttemptResult.LOST], False),
        (Idempotency.IGNORED, [AttemptResult.LOST, AttemptResult.BUSY], False),
        (Idempotency.HONOURED, [AttemptResult.UNCLEAR], False),
        (Idempotency.HONOURED, [AttemptResult.LOST, AttemptResult.UNCLEAR], True),
        (
            Idempotency.HONOURED,
            [AttemptResult.LOST, AttemptResult.UNCLEAR, AttemptResult.UNAUTHORIZED],
            True,
        ),
        (
            Idempotency.HONOURED,
            [
                AttemptResult.LOST,
                AttemptResult.UNCLEAR,
                AttemptResult.UNCLEAR,
                AttemptResult.UNCLEAR,
            ],
            False,
        ),
        (
            Idempotency.HONOURED,
            [AttemptResult.LOST, AttemptResult.UNAUTHORIZED, AttemptResult.REJECTED],
            False,
        ),
        (Idempotency.IGNORED, [AttemptResult.LOST, AttemptResult.UNCLEAR], False),
        (Idempotency.IGNORED, [AttemptResult.LOST, AttemptResult.UNAUTHORIZED], False),
        (Idempotency.HONOURED, [AttemptResult.UNAUTHORIZED], False),
        (Idempotency.HONOURED, [AttemptResult.LOST, AttemptResult.REJECTED], False),
        (Idempotency.HONOURED, [AttemptResult.ACCEPTED], False),
    ],
)
def test_an_open_attempt_is_repeated_only_where_the_key_protects(mode, answers, expected):
    _, submission = answered(*answers)

    assert expected == may_resend(submission, mode, NOON, "digest")


def conflicts(*seconds: float, lost: int = 0) -> Submission:
    """A number to which 409 was given at these moments, after so many lost answers."""
    _, submission = answered(*[AttemptResult.LOST] * lost)
    for second in seconds:
        submission.open += 1
        record(submission, AttemptResult.CONFLICT, at=NOON + timedelta(seconds=second))
    return submission


@pytest.mark.parametrize(("last", "is_kept"), [(0, False), (59, False), (60, True)])
def test_a_lasting_409_is_a_kept_answer_and_wrote_nothing(last, is_kept):
    submission = conflicts(0, last)

    assert is_kept != may_resend(submission, Idempotency.HONOURED, NOON, "digest")
    assert (False, False, False) == (
        submission.is_unclear,
        submission.was_sent,
        submission.may_have_written,
    )


@pytest.mark.parametrize(("last", "is_looked_for"), [(60, False), (119, False), (120, True)])
def test_a_409_while_an_attempt_is_open_settles_nothing(last, is_looked_for):
    submission = conflicts(0, last, lost=1)

    assert is_looked_for != may_resend(submission, Idempotency.HONOURED, NOON, "digest")
    assert (True, True) == (submission.is_unclear, submission.may_have_written)


@pytest.mark.parametrize(
    ("between", "is_kept"), [(AttemptResult.BUSY, True), (AttemptResult.LOST, False)]
)
def test_a_lost_answer_between_two_409s_restarts_the_minute(between, is_kept):
    submission = conflicts(0)
    submission.open += 1
    record(submission, between, at=NOON + timedelta(seconds=30))
    submission.open += 1
    record(submission, AttemptResult.CONFLICT, at=NOON + timedelta(seconds=90))

    assert is_kept != may_resend(submission, Idempotency.HONOURED, NOON, "digest")


@pytest.mark.parametrize(("minutes", "expected"), [(84.99, True), (85, False), (300, False)])
def test_a_key_is_sent_for_eighty_five_minutes(minutes, expected):
    _, submission = answered(AttemptResult.LOST)
    now = NOON + timedelta(minutes=minutes)

    assert expected == may_resend(submission, Idempotency.HONOURED, now, "digest")


def test_a_changed_record_is_never_sent_under_an_old_number():
    _, submission = answered(AttemptResult.LOST)

    assert not may_resend(submission, Idempotency.HONOURED, NOON, "another digest")


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
