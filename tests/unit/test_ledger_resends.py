"""When a submission is sent again under its key, and when its key has served."""

from datetime import timedelta

import pytest

from activities.models import Idempotency
from tests.support.ledgers import NOON, answered
from workflows.submission import AttemptResult, Submission, may_resend, record


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
