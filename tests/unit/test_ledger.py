"""The ledger of submissions: what an answer settles, and what it leaves open."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from activities.models import Idempotency
from codat.models import PushStatus
from workflows.ledger import (
    Answer,
    Entry,
    Judgement,
    Ledger,
    adopt,
    answer_to,
    idempotency_key,
    may_resend,
    record,
    settle_as_not_written,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REFUSALS = [Answer.BUSY, Answer.CONFLICT, Answer.UNAUTHORIZED, Answer.REJECTED, Answer.UNSENT]


def scheduled(times: int = 1) -> tuple[Ledger, Entry]:
    ledger = Ledger()
    entry = ledger.begin(NOON, None, "digest")
    entry.open = times
    return ledger, entry


def answered(*answers: Answer) -> tuple[Ledger, Entry]:
    ledger, entry = scheduled(0)
    for answer in answers:
        entry.open += 1
        record(entry, answer, uuid4() if answer is Answer.ACCEPTED else None)
    return ledger, entry


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_settles_its_own_attempt(answer):
    ledger, _ = answered(answer)

    assert (False, False) == (ledger.was_sent, ledger.may_have_written)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_does_not_settle_an_attempt_without_an_end(answer):
    ledger, entry = answered(Answer.LOST, answer)

    assert (True, True, True) == (entry.is_unclear, ledger.was_sent, ledger.may_have_written)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_does_not_settle_an_answer_that_proved_nothing(answer):
    ledger, entry = answered(Answer.UNCLEAR, answer)

    assert (True, True, True) == (entry.is_unclear, ledger.was_sent, ledger.may_have_written)


def test_an_attempt_under_way_counts_as_sent():
    ledger, _ = scheduled()

    assert (True, True) == (ledger.was_sent, ledger.may_have_written)


def test_an_operation_settles_all_attempts_of_its_number():
    _, entry = answered(Answer.LOST, Answer.LOST, Answer.ACCEPTED)

    assert (0, PushStatus.PENDING) == (entry.open, entry.status)


def test_a_failed_operation_has_written_nothing_but_was_sent():
    ledger, entry = answered(Answer.ACCEPTED)
    entry.status = PushStatus.FAILED

    assert (True, False) == (ledger.was_sent, ledger.may_have_written)


@pytest.mark.parametrize("status", [PushStatus.PENDING, PushStatus.TIMED_OUT, PushStatus.UNKNOWN])
def test_an_operation_that_did_not_fail_may_still_write(status):
    ledger, entry = answered(Answer.ACCEPTED)
    entry.status = status

    assert ledger.may_have_written


def test_a_number_looked_for_in_vain_stays_doubtful_for_wording():
    ledger, entry = answered(Answer.LOST)
    settle_as_not_written(entry)

    assert (False, True, True) == (entry.is_unclear, ledger.was_sent, ledger.may_have_written)


def test_a_later_failure_does_not_close_a_number_looked_for_in_vain():
    ledger, entry = answered(Answer.UNCLEAR)
    settle_as_not_written(entry)
    second = ledger.begin(NOON, None, "digest")
    record(second, Answer.ACCEPTED, uuid4())
    second.status = PushStatus.FAILED

    assert ledger.may_have_written


def test_an_operation_matched_by_content_stays_doubtful_even_when_it_failed():
    ledger, entry = answered(Answer.LOST)
    adopt(ledger, uuid4(), NOON)
    entry.status = PushStatus.FAILED

    assert ledger.may_have_written


def test_an_adopted_operation_takes_the_number_that_has_none():
    ledger, entry = answered(Answer.LOST)
    operation = uuid4()
    adopt(ledger, operation, NOON)

    assert [entry] == ledger.entries
    assert operation == entry.operation


def test_an_adopted_operation_beside_another_gets_a_number_of_its_own():
    ledger, first = answered(Answer.ACCEPTED)
    other = uuid4()
    adopt(ledger, other, NOON)

    assert [first.operation, other] == ledger.operations


@pytest.mark.parametrize("mode", Idempotency)
@pytest.mark.parametrize("answer", [Answer.BUSY, Answer.UNSENT])
def test_the_same_number_is_sent_again_after_a_busy_answer(mode, answer):
    _, entry = answered(answer)

    assert may_resend(entry, mode, NOON, "digest")


@pytest.mark.parametrize(
    ("mode", "answers", "expected"),
    [
        (Idempotency.HONOURED, [Answer.LOST], True),
        (Idempotency.HONOURED, [Answer.LOST, Answer.BUSY], True),
        (Idempotency.IGNORED, [Answer.LOST], False),
        (Idempotency.IGNORED, [Answer.LOST, Answer.BUSY], False),
        (Idempotency.HONOURED, [Answer.UNCLEAR], False),
        (Idempotency.HONOURED, [Answer.LOST, Answer.UNCLEAR], True),
        (Idempotency.HONOURED, [Answer.LOST, Answer.UNCLEAR, Answer.UNAUTHORIZED], True),
        (
            Idempotency.HONOURED,
            [Answer.LOST, Answer.UNCLEAR, Answer.UNCLEAR, Answer.UNCLEAR],
            False,
        ),
        (Idempotency.HONOURED, [Answer.LOST, Answer.UNAUTHORIZED, Answer.REJECTED], False),
        (Idempotency.IGNORED, [Answer.LOST, Answer.UNCLEAR], False),
        (Idempotency.IGNORED, [Answer.LOST, Answer.UNAUTHORIZED], False),
        (Idempotency.HONOURED, [Answer.UNAUTHORIZED], False),
        (Idempotency.HONOURED, [Answer.LOST, Answer.REJECTED], False),
        (Idempotency.HONOURED, [Answer.ACCEPTED], False),
    ],
)
def test_an_open_attempt_is_repeated_only_where_the_key_protects(mode, answers, expected):
    _, entry = answered(*answers)

    assert expected == may_resend(entry, mode, NOON, "digest")


def conflicts(*seconds: float, lost: int = 0) -> Entry:
    """A number to which 409 was given at these moments, after so many lost answers."""
    _, entry = answered(*[Answer.LOST] * lost)
    for second in seconds:
        entry.open += 1
        record(entry, Answer.CONFLICT, at=NOON + timedelta(seconds=second))
    return entry


@pytest.mark.parametrize(("last", "is_kept"), [(0, False), (59, False), (60, True)])
def test_a_409_that_lasts_is_the_kept_answer_of_a_request_that_wrote_nothing(last, is_kept):
    entry = conflicts(0, last)

    assert is_kept != may_resend(entry, Idempotency.HONOURED, NOON, "digest")
    assert (False, False, False) == (entry.is_unclear, entry.was_sent, entry.may_have_written)


@pytest.mark.parametrize(("last", "is_looked_for"), [(60, False), (119, False), (120, True)])
def test_a_409_while_an_attempt_is_open_settles_nothing(last, is_looked_for):
    entry = conflicts(0, last, lost=1)

    assert is_looked_for != may_resend(entry, Idempotency.HONOURED, NOON, "digest")
    assert (True, True) == (entry.is_unclear, entry.may_have_written)


@pytest.mark.parametrize(("between", "is_kept"), [(Answer.BUSY, True), (Answer.LOST, False)])
def test_a_lost_answer_between_two_409s_begins_the_minute_anew_and_a_429_does_not(between, is_kept):
    entry = conflicts(0)
    entry.open += 1
    record(entry, between, at=NOON + timedelta(seconds=30))
    entry.open += 1
    record(entry, Answer.CONFLICT, at=NOON + timedelta(seconds=90))

    assert is_kept != may_resend(entry, Idempotency.HONOURED, NOON, "digest")


@pytest.mark.parametrize(("minutes", "expected"), [(84.99, True), (85, False), (300, False)])
def test_a_key_is_sent_for_eighty_five_minutes(minutes, expected):
    _, entry = answered(Answer.LOST)
    now = NOON + timedelta(minutes=minutes)

    assert expected == may_resend(entry, Idempotency.HONOURED, now, "digest")


def test_a_changed_record_is_never_sent_under_an_old_number():
    _, entry = answered(Answer.LOST)

    assert not may_resend(entry, Idempotency.HONOURED, NOON, "another digest")


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
        settle_as_not_written(ledger.begin(NOON, None, "digest"))

    assert expected == ledger.is_used_up


def test_numbers_that_led_to_an_operation_are_not_counted():
    ledger = Ledger()
    for _ in range(20):
        entry = ledger.begin(NOON, None, "digest")
        record(entry, Answer.ACCEPTED, uuid4())
        entry.status = PushStatus.FAILED

    assert not ledger.is_used_up


def test_a_past_that_cannot_be_read_counts_as_sent():
    ledger = Ledger(unread=True)

    assert (True, True) == (ledger.was_sent, ledger.may_have_written)


def test_an_unheard_of_failure_counts_as_lost():
    assert {Answer.LOST} == {answer_to(one) for one in (None, "", "Lost", "WorkerShutdown", "X")}


@pytest.mark.parametrize("kind", ["CodatRefused", "CodatNotFound"])
def test_a_refusal_of_any_kind_is_final(kind):
    assert Answer.REJECTED is answer_to(kind)


def test_the_key_of_a_number_is_the_same_in_every_run():
    push = UUID("2e9d2c44-f675-40ba-8049-353bfcb5e171")

    assert idempotency_key(push, 1) == idempotency_key(push, 1)
    assert idempotency_key(push, 1) != idempotency_key(push, 2)


def test_a_failing_answer_outweighs_an_earlier_refusal():
    _, entry = answered(Answer.UNAUTHORIZED, Answer.UNCLEAR)

    assert Judgement.FAILING is entry.judgement
