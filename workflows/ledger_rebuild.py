"""The ledger of earlier runs, entered again from what their histories prove."""

from activities.models import Fact, Kind, Memory
from codat.models import PushStatus
from workflows.ledger import (
    Answer,
    Judgement,
    Ledger,
    adopt,
    answer_to,
    record,
    settle_as_not_written,
)


def remember(memory: Memory) -> Ledger:
    """Rebuild the ledger; what could not be read leaves everything open."""
    is_unread = bool(memory.unreadable)
    ledger = Ledger(unread=is_unread)
    for fact in memory.facts:
        if fact.kind is Kind.CARRIED:
            ledger = Ledger.model_validate(fact.ledger)
            ledger.unread = ledger.unread or is_unread
        else:
            _enter(ledger, fact)
    return ledger


def _enter(ledger: Ledger, fact: Fact) -> None:
    match fact.kind:
        case Kind.SCHEDULED:
            _schedule(ledger, fact)
        case Kind.ANSWERED:
            _answer(ledger, fact)
        case Kind.READ:
            _read(ledger, fact)
        case Kind.ALONE if ledger.current and ledger.current.operation:
            ledger.current.open = 0
        case Kind.NOT_FOUND if ledger.current and ledger.current.is_unclear:
            settle_as_not_written(ledger.current)
        case Kind.ADOPTED if fact.operation:
            adopt(ledger, fact.operation, fact.at)
            _read(ledger, fact)
        case Kind.SETTLED:
            settle_all(ledger, fact)
        case Kind.HELD if fact.status:
            ledger.held = PushStatus(fact.status)
        case _:
            pass


def _schedule(ledger: Ledger, fact: Fact) -> None:
    entry = next((one for one in ledger.entries if one.number == fact.number), None)
    if entry is None:
        entry = ledger.begin(fact.at, fact.minutes, fact.digest)
        entry.number = fact.number
    entry.open += 1


def _answer(ledger: Ledger, fact: Fact) -> None:
    entry = next((one for one in ledger.entries if one.number == fact.number), None)
    if entry:
        answer = answer_to(fact.error) if fact.error else Answer.ACCEPTED
        has_lost_one = entry.open > 1
        record(entry, answer, fact.operation, at=fact.at)
        if fact.is_new and has_lost_one:
            entry.open = 1  # until it is seen that the one before made no operation
        _read(ledger, fact)


def _read(ledger: Ledger, fact: Fact) -> None:
    entry = ledger.find(fact.operation) if fact.operation else None
    if entry and fact.status:
        entry.status = PushStatus(fact.status)


def settle_all(ledger: Ledger, fact: Fact) -> None:
    """Enter a person's word that nothing was written, and what was listed at that moment."""
    for entry in ledger.entries:
        if entry.may_have_written or entry.is_unclear:
            entry.judgement, entry.open = Judgement.NOT_WRITTEN, 0
    ledger.excluded += fact.excluded
    ledger.unread, ledger.held = False, None
