"""Ledgers with one submission, as far as a test needs it."""

from datetime import UTC, datetime
from uuid import uuid4

from workflows.ledger import Ledger
from workflows.submission import AttemptResult, Submission, record

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def scheduled(times: int = 1) -> tuple[Ledger, Submission]:
    """Give a ledger whose first submission was scheduled so often."""
    ledger = Ledger()
    submission = ledger.begin(NOON, None, "digest")
    submission.open = times
    return ledger, submission


def answered(*answers: AttemptResult) -> tuple[Ledger, Submission]:
    """Give a ledger whose first submission got these answers, one after the other."""
    ledger, submission = scheduled(0)
    for answer in answers:
        submission.open += 1
        record(submission, answer, uuid4() if answer is AttemptResult.ACCEPTED else None)
    return ledger, submission
