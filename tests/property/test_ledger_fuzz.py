"""Any story of submissions: the ledger never forgets what may have been written, in any run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from activities.models import Idempotency
from activities.prior_runs import PastEvent, PastEventKind, PriorRuns
from codat.models import PushStatus
from workflows.ledger import Ledger, adopt
from workflows.ledger_rebuild import rebuild_ledger
from workflows.submission import AttemptResult, answer_to, mark_not_written, may_resend, record

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
    facts: list[PastEvent]
    open_numbers: set[int]
    now: datetime = NOON

    def remember(self, kind: PastEventKind, **fact) -> None:
        self.now += timedelta(minutes=3)
        self.facts.append(PastEvent(at=self.now, kind=kind, **fact))

    def send(self, end: str | None) -> None:
        """One request, as `submit` sends it; `end` None: its run is over before it ends."""
        submission = self.ledger.current
        self.remember(PastEventKind.SCHEDULED, number=0)
        if submission is None or not may_resend(submission, self.mode, self.now, ""):
            if submission and submission.is_unclear:
                self.look(None)
            submission = self.ledger.begin(self.now, None, "")
        self.facts[-1] = self.facts[-1].model_copy(update={"number": submission.number})
        submission.open += 1
        if end is None:
            self.open_numbers.add(submission.number)
            return
        if end in PushStatus.__members__.values():
            operation = uuid5(SPACE, str(len(self.facts)))
            record(submission, AttemptResult.ACCEPTED, operation)
            submission.status = PushStatus(end)
            self.remember(
                PastEventKind.ANSWERED,
                number=submission.number,
                operation=operation,
                status=str(end),
            )
            self.open_numbers.discard(submission.number)
            if end != "Failed":
                self.open_numbers.add(submission.number)
            return
        record(submission, answer_to(end))
        self.remember(PastEventKind.ANSWERED, number=submission.number, error=end)
        if end in PERHAPS:
            self.open_numbers.add(submission.number)

    def look(self, adopted: str | None) -> None:
        """What `find` does with an unclear number: it stays doubtful for wording."""
        submission = self.ledger.current
        if submission is None or not submission.is_unclear:
            return
        last = self.facts.pop() if self.facts[-1].number == 0 else None
        if adopted:
            operation = uuid5(SPACE, f"adopted {len(self.facts)}")
            self.remember(PastEventKind.ADOPTED, operation=operation, status=adopted)
            adopt(self.ledger, operation, self.now)
            submission.status = PushStatus(adopted)
        else:
            self.remember(PastEventKind.NOT_FOUND)
            mark_not_written(submission)
        if last:
            self.remember(last.kind, number=0)


ends = st.one_of(
    st.none(), st.sampled_from(NOT_WRITTEN + PERHAPS), st.sampled_from(["Pending", "Failed"])
)
steps = st.lists(st.one_of(ends.map(lambda end: ("send", end)), st.just(("look", "Failed"))))


def told(mode, state) -> Teller:
    teller = Teller(mode, Ledger(), [], set())
    for step, what in state:
        getattr(teller, step)(what)
    return teller


@given(st.sampled_from(Idempotency), steps)
def test_what_may_have_been_written_is_never_denied(mode, state):
    teller = told(mode, state)

    assert not teller.open_numbers or teller.ledger.may_have_written
    assert not teller.open_numbers or teller.ledger.was_sent


@given(st.sampled_from(Idempotency), steps)
def test_a_run_that_remembers_knows_what_the_earlier_one_knew(mode, state):
    teller = told(mode, state)
    remembered = rebuild_ledger(PriorRuns(facts=teller.facts))

    assert _without_times(teller.ledger) == _without_times(remembered)


@given(st.sampled_from(Idempotency), steps)
def test_nothing_is_sent_anew_while_something_is_unclear(mode, state):
    teller = told(mode, state)

    assert not [
        submission for submission in teller.ledger.submissions[:-1] if submission.is_unclear
    ]


def _without_times(ledger: Ledger):
    return [submission.model_dump(exclude={"first_scheduled"}) for submission in ledger.submissions]
