"""What remembered facts make of the ledger."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from activities.prior_runs import PastEvent, PastEventKind, PriorRuns
from codat.models import PushStatus
from workflows.ledger_rebuild import rebuild_ledger
from workflows.submission import Judgement

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPERATION = uuid4()

SENT = {"kind": PastEventKind.SCHEDULED, "number": 1, "minutes": 30, "digest": "digest"}
LOST = {"kind": PastEventKind.ANSWERED, "number": 1, "error": "CodatLost"}
NOT_SENT = {"kind": PastEventKind.ANSWERED, "number": 1, "error": "NotSent"}
FAILING = {"kind": PastEventKind.ANSWERED, "number": 1, "error": "CodatFailing"}
ACCEPTED = {
    "kind": PastEventKind.ANSWERED,
    "number": 1,
    "operation": OPERATION,
    "status": "Pending",
}
NOT_FOUND = {"kind": PastEventKind.NOT_FOUND}
ADOPTED = {"kind": PastEventKind.ADOPTED, "operation": OPERATION, "status": "Failed"}
HELD = {"kind": PastEventKind.HELD, "status": "TimedOut"}
SETTLED = {"kind": PastEventKind.SETTLED, "excluded": [OPERATION]}


def ledger_of(*facts, **memory):
    known = [PastEvent(at=NOON + timedelta(minutes=at), **fact) for at, fact in enumerate(facts)]
    return rebuild_ledger(PriorRuns(facts=known, **memory))


def entry_of(*facts):
    submission = ledger_of(*facts).current
    assert submission
    return submission


def test_nothing_remembered_is_nothing_sent():
    ledger = ledger_of()

    assert ([], False, False) == (ledger.submissions, ledger.was_sent, ledger.may_have_written)


def test_a_run_that_cannot_be_read_may_have_sent_anything():
    ledger = ledger_of(unreadable=["run"])

    assert (True, True) == (ledger.was_sent, ledger.may_have_written)


def test_an_attempt_without_an_end_is_open():
    assert entry_of(SENT).is_unclear


@pytest.mark.parametrize("facts", [(SENT, NOT_SENT, SENT), (SENT, SENT, NOT_SENT), (SENT, LOST)])
def test_each_end_settles_one_attempt(facts):
    assert 1 == entry_of(*facts).open


def test_a_number_ages_from_its_first_schedule_in_any_run():
    submission = entry_of(SENT, LOST, SENT, SENT)

    assert (NOON, 30, "digest") == (
        submission.first_scheduled,
        submission.minutes,
        submission.digest,
    )


@pytest.mark.parametrize(("pause", "judgement"), [(0, None), (1, Judgement.REFUSED)])
def test_a_409_that_lasted_is_remembered(pause, judgement):
    conflict = {"kind": PastEventKind.ANSWERED, "number": 1, "error": "CodatConflict"}
    later = [SENT] * pause
    submission = entry_of(SENT, conflict, *later, *[conflict] * pause)

    assert judgement is submission.judgement


def test_numbers_are_kept_apart():
    ledger = ledger_of(SENT, LOST, NOT_FOUND, SENT | {"number": 2})

    assert [(1, 0), (2, 1)] == [
        (submission.number, submission.open) for submission in ledger.submissions
    ]


def test_an_operation_closes_its_number():
    submission = entry_of(SENT, LOST, SENT, ACCEPTED)

    assert (OPERATION, 0, PushStatus.PENDING) == (
        submission.operation,
        submission.open,
        submission.status,
    )


def test_what_was_read_last_counts():
    snapshot = {"kind": PastEventKind.READ, "operation": OPERATION}
    ledger = ledger_of(SENT, ACCEPTED, snapshot | {"status": "Failed"})

    assert not ledger.may_have_written


def test_a_reading_of_a_foreign_operation_changes_nothing():
    submission = entry_of(
        SENT, {"kind": PastEventKind.READ, "operation": uuid4(), "status": "Failed"}
    )

    assert submission.is_unclear


@pytest.mark.parametrize("answer", [LOST, FAILING])
def test_looking_in_vain_settles_what_is_unclear(answer):
    submission = entry_of(SENT, answer, NOT_FOUND)

    assert (False, Judgement.NOT_WRITTEN, True) == (
        submission.is_unclear,
        submission.judgement,
        submission.may_have_written,
    )


def test_looking_in_vain_does_not_unmake_an_operation():
    assert entry_of(SENT, ACCEPTED, NOT_FOUND).judgement is None


def test_an_adopted_operation_that_failed_stays_doubtful():
    submission = entry_of(SENT, LOST, ADOPTED)

    assert (OPERATION, PushStatus.FAILED, True) == (
        submission.operation,
        submission.status,
        submission.may_have_written,
    )


def test_an_ending_after_sending_is_held():
    assert PushStatus.TIMED_OUT is ledger_of(SENT, ACCEPTED, HELD).held


@pytest.mark.parametrize("facts", [(SENT, LOST), (SENT, FAILING), (SENT, ACCEPTED, HELD)])
def test_a_persons_word_settles_all_that_is_open(facts):
    ledger = ledger_of(*facts, SETTLED, unreadable=["run"])

    assert (None, False, [OPERATION]) == (ledger.held, ledger.unread, ledger.excluded)
    assert [Judgement.NOT_WRITTEN] == [submission.judgement for submission in ledger.submissions]


def test_a_persons_word_does_not_reach_what_was_sent_afterwards():
    ledger = ledger_of(SENT, LOST, SETTLED, SENT | {"number": 2})

    assert [False, True] == [submission.is_unclear for submission in ledger.submissions]


def test_what_is_held_after_a_persons_word_is_held():
    ledger = ledger_of(SENT, LOST, SETTLED, SENT | {"number": 2}, HELD)

    assert PushStatus.TIMED_OUT is ledger.held


def test_an_answer_to_a_number_that_was_never_seen_is_ignored():
    assert [] == ledger_of(ACCEPTED).submissions


NEW = ACCEPTED | {"is_new": True}


@pytest.mark.parametrize(
    ("facts", "is_open"),
    [
        ((SENT, LOST, SENT, NEW), True),
        ((SENT, LOST, SENT, NEW, {"kind": PastEventKind.ALONE}), False),
        ((SENT, LOST, SENT, ACCEPTED), False),
        ((SENT, NEW), False),
        ((SENT, NOT_SENT, SENT, NEW), False),
        ((SENT, LOST, {"kind": PastEventKind.ALONE}), True),
    ],
)
def test_a_request_before_the_one_with_an_operation_stays_open(facts, is_open):
    assert is_open == (entry_of(*facts).open > 0)


def test_what_a_run_has_carried_on_is_all_that_was_known():
    carried = ledger_of(SENT, ACCEPTED).model_dump(mode="json", by_alias=True)
    ledger = ledger_of({"kind": PastEventKind.CARRIED, "ledger": carried}, HELD)

    assert ([OPERATION], PushStatus.TIMED_OUT) == (ledger.operations, ledger.held)
