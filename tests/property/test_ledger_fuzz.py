"""Any story of submissions: the ledger never forgets what may have been written, in any run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from activities.models import Fact, Idempotency, Kind, Memory
from codat.models import PushStatus
from workflows.ledger import (
    Answer,
    Ledger,
    adopt,
    answer_to,
    may_resend,
    record,
    settle_as_not_written,
)
from workflows.ledger_rebuild import remember

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SPACE = UUID(int=7)

NOT_WRITTEN = ["CodatThrottled", "CodatUnreachable", "CodatUnauthorized", "CodatRefused", "NotSent"]
PERHAPS = [
    "CodatLost",
    "Lost",
    "CodatFailing",
    "CodatKeyReused",
    "CodatUnclear",
    "WorkerShutdown",
]


@dataclass
class Teller:
    """Tells one story three times: to the ledger, as facts, and as what really may be."""

    mode: Idempotency
    ledger: Ledger
    facts: list[Fact]
    open_numbers: set[int]
    now: datetime = NOON

    def remember(self, kind: Kind, **fact) -> None:
        self.now += timedelta(minutes=3)
        self.facts.append(Fact(at=self.now, kind=kind, **fact))

    def send(self, end: str | None) -> None:
        """One request, as `submit` sends it; `end` None: its run is over before it ends."""
        entry = self.ledger.current
        self.remember(Kind.SCHEDULED, number=0)
        if entry is None or not may_resend(entry, self.mode, self.now, ""):
            if entry and entry.is_unclear:
                self.look(None)
            entry = self.ledger.begin(self.now, None, "")
        self.facts[-1] = self.facts[-1].model_copy(update={"number": entry.number})
        entry.open += 1
        if end is None:
            self.open_numbers.add(entry.number)
            return
        if end in PushStatus.__members__.values():
            operation = uuid5(SPACE, str(len(self.facts)))
            record(entry, Answer.ACCEPTED, operation)
            entry.status = PushStatus(end)
            self.remember(Kind.ANSWERED, number=entry.number, operation=operation, status=str(end))
            self.open_numbers.discard(entry.number)
            if end != "Failed":
                self.open_numbers.add(entry.number)
            return
        record(entry, answer_to(end))
        self.remember(Kind.ANSWERED, number=entry.number, error=end)
        if end in PERHAPS:
            self.open_numbers.add(entry.number)

    def look(self, adopted: str | None) -> None:
        """What `find` does with an unclear number: it stays doubtful for wording."""
        entry = self.ledger.current
        if entry is None or not entry.is_unclear:
            return
        last = self.facts.pop() if self.facts[-1].number == 0 else None
        if adopted:
            operation = uuid5(SPACE, f"adopted {len(self.facts)}")
            self.remember(Kind.ADOPTED, operation=operation, status=adopted)
            adopt(self.ledger, operation, self.now)
            entry.status = PushStatus(adopted)
        else:
            self.remember(Kind.NOT_FOUND)
            settle_as_not_written(entry)
        if last:
            self.remember(last.kind, number=0)


ends = st.one_of(
    st.none(), st.sampled_from(NOT_WRITTEN + PERHAPS), st.sampled_from(["Pending", "Failed"])
)
steps = st.lists(st.one_of(ends.map(lambda end: ("send", end)), st.just(("look", "Failed"))))


def told(mode, story) -> Teller:
    teller = Teller(mode, Ledger(), [], set())
    for step, what in story:
        getattr(teller, step)(what)
    return teller


@given(st.sampled_from(Idempotency), steps)
def test_what_may_have_been_written_is_never_denied(mode, story):
    teller = told(mode, story)

    assert not teller.open_numbers or teller.ledger.may_have_written
    assert not teller.open_numbers or teller.ledger.was_sent


@given(st.sampled_from(Idempotency), steps)
def test_a_run_that_remembers_knows_what_the_earlier_one_knew(mode, story):
    teller = told(mode, story)
    remembered = remember(Memory(facts=teller.facts))

    assert _without_times(teller.ledger) == _without_times(remembered)


@given(st.sampled_from(Idempotency), steps)
def test_nothing_is_sent_anew_while_something_is_unclear(mode, story):
    teller = told(mode, story)

    assert not [entry for entry in teller.ledger.entries[:-1] if entry.is_unclear]


def _without_times(ledger: Ledger):
    return [entry.model_dump(exclude={"first_scheduled"}) for entry in ledger.entries]
