"""The ledger of earlier runs, entered again from what their histories prove."""

from activities.prior_runs import PastEvent, PastEventKind, PriorRuns
from codat.models import PushStatus
from workflows.ledger import Ledger, adopt
from workflows.submission import AttemptResult, Judgement, answer_to, mark_not_written, record


def rebuild_ledger(prior: PriorRuns) -> Ledger:
    """Rebuild the ledger; what could not be read leaves everything open."""
    is_unread = bool(prior.unreadable)
    ledger = Ledger(unread=is_unread)
    for event in prior.facts:
        if event.kind is PastEventKind.CARRIED:
            ledger = Ledger.model_validate(event.ledger)
            ledger.unread = ledger.unread or is_unread
        else:
            _enter(ledger, event)
    return ledger


def _enter(ledger: Ledger, event: PastEvent) -> None:
    match event.kind:
        case PastEventKind.SCHEDULED:
            _schedule(ledger, event)
        case PastEventKind.ANSWERED:
            _answer(ledger, event)
        case PastEventKind.READ:
            _read(ledger, event)
        case PastEventKind.ALONE if ledger.current and ledger.current.operation:
            ledger.current.open = 0
        case PastEventKind.NOT_FOUND if ledger.current and ledger.current.is_unclear:
            mark_not_written(ledger.current)
        case PastEventKind.ADOPTED if event.operation:
            adopt(ledger, event.operation, event.at)
            _read(ledger, event)
        case PastEventKind.SETTLED:
            apply_resolution(ledger, event)
        case PastEventKind.HELD if event.status:
            ledger.held = PushStatus(event.status)
        case _:
            pass


def _schedule(ledger: Ledger, event: PastEvent) -> None:
    submission = next((known for known in ledger.submissions if known.number == event.number), None)
    if submission is None:
        submission = ledger.begin(event.at, event.minutes, event.digest)
        submission.number = event.number
    submission.open += 1


def _answer(ledger: Ledger, event: PastEvent) -> None:
    submission = next((known for known in ledger.submissions if known.number == event.number), None)
    if submission:
        answer = answer_to(event.error) if event.error else AttemptResult.ACCEPTED
        has_lost_one = submission.open > 1
        record(submission, answer, event.operation, at=event.at)
        if event.is_new and has_lost_one:
            submission.open = 1  # until it is seen that the one before made no operation
        _read(ledger, event)


def _read(ledger: Ledger, event: PastEvent) -> None:
    submission = ledger.find(event.operation) if event.operation else None
    if submission and event.status:
        submission.status = PushStatus(event.status)


def apply_resolution(ledger: Ledger, event: PastEvent) -> None:
    """Enter a person's word that nothing was written, and what was listed at that moment."""
    for submission in ledger.submissions:
        if submission.may_have_written or submission.is_unclear:
            submission.judgement, submission.open = Judgement.NOT_WRITTEN, 0
    ledger.excluded += event.excluded
    ledger.unread, ledger.held = False, None
