"""What a state of the model of one push holds, and the rules, powers and bounds of a search."""

from dataclasses import dataclass
from typing import NamedTuple

RULES = {
    "STICKY": "A refusal settles its own attempt only.",
    "WINDOW": "A worker that comes too late does not send.",
    "RUN_FENCE": "Only the run that scheduled an attempt sends it.",
    "HANDED_OUT": "An attempt with another number than 1 sends nothing and counts as lost.",
    "RESCHEDULED": "An attempt that was scheduled anew sends nothing and counts as lost.",
    "CANCELLED": "A cancelled attempt counts as lost, also one that looks not started.",
    "NO_START_LIMIT": "The server has no time-out for an attempt that was not started.",
    "UNTYPED": "A result that can't be read counts as lost.",
    "AGE": "No key is sent 85 minutes after its first use.",
    "CONFLICT": "A 409 leads to the next number only when no attempt is open.",
    "FOREIGN": "A 408 and a 4xx that is not Codat's own prove nothing.",
    "WHITELIST": "Only a plain refusal counts as Failed.",
    "LATE_LOOK": "Only a look counts that is late enough to see every request.",
    "HUMBLE": "What was judged not written by looking is never called 'not sent' or 'Failed'.",
    "TIMED_OUT": "What Codat timed out is sent again only on a person's word.",
    "RECALL_ALL": "A later run reads all runs.",
    "RESUME": "A run believes an old ledger only when the server truly continued it.",
    "INITIATOR": "A recall believes an old ledger only in a run that was truly continued.",
    "MARK": "A start mark is believed only of the start that it was made for.",
    "AWAITED": "A pending operation is waited for before records are judged.",
    "REFRESHED": "A record that Codat has not read since its operation was over proves nothing.",
}
"""Rules that keep a promise: with one left out the search breaks it."""

SPARING = {
    "OWN_KNOWN": "A known operation of ours is no candidate for another number.",
    "BASELINE": "What was listed when a person settled the push is no candidate afterwards.",
    "UNPROVEN": "A repetition that is answered without proof is repeated under its key.",
    "MAKE_SURE": "A late look rules out what was looked for, so that Failed can be said.",
    "READS": "A record that stands proves what the list alone can't tell.",
    "KEPT_409": "A 409 that stays leads to the next number, without waiting for the key's age.",
}
"""Rules that only spare an `Unknown` or a wait: with one left out a good ending is never seen."""

POWERS = {
    "in-flight": "A request is taken longer than we wait before we look.",
    "freeze": "A process freezes between the check of its window and the send.",
    "lag": "An operation is listed later than we wait before we look.",
    "expiry": "A key expires while a request with it is under way.",
    "late-landing": "A record is written after a person has found that it was not.",
    "forget": "The server forgets the push while its key is used again.",
}
"""Time bounds that a search may break: what the protocol can't hold, it should word rightly."""

MAX_UNPROVEN = 3

FIRST, IN_TIME, OLD, EXPIRED = range(4)
"""The age of a key: unused, under 85 minutes, under 90 minutes, forgotten by the platform."""


class ModelSubmission(NamedTuple):
    """One number of the ledger.

    `known`: '-', 'refused', '5xx', 'unused', 'none' (looked for in vain) or an operation's index.
    """

    open: bool = False
    known: str | int = "-"
    unproven: int = 0


class Request(NamedTuple):
    """A request: 'held' by a worker, on the 'wire', at 'work', or its answer.

    `awaited`: it belongs to the attempt whose result the workflow waits for.
    """

    number: int
    at: str
    awaited: bool


class Operation(NamedTuple):
    """An operation of the platform.

    Its status: Pending, Success, Failed, Timed out, Doubtful (Failed by a 5xx); a record that lands
    late makes T an L and D an M; 't' is seen by a person not to land.
    """

    number: int
    listed: bool
    status: str

    @property
    def has_record(self) -> bool:
        """Whether it wrote a record."""
        return self.status in "SLM"


class Outcome(NamedTuple):
    """How a push ended: S, F, T or U; whether something was sent; whether it may still land."""

    status: str
    submitted: bool
    may_land: bool


class State(NamedTuple):
    """Everything that matters of one push.

    Phases: recall, ready, scheduled, sent, again (handed out again), conflict, find, poll, stuck,
    end. `faults` and `doors` are how many may still happen.
    """

    phase: str
    number: int
    view: tuple[ModelSubmission, ...]
    keys: tuple[str, ...]
    ages: tuple[int, ...]
    faults: int
    doors: int
    requests: tuple[Request, ...] = ()
    operations: tuple[Operation, ...] = ()
    outcome: Outcome | None = None
    has_lost_age: bool = False
    has_succeeded: bool = False
    settled: bool = False
    rejected: bool = False
    excluded: tuple[int, ...] = ()
    older: tuple[ModelSubmission, ...] | None = None
    carried: tuple[str, int, tuple[ModelSubmission, ...]] | None = None

    @property
    def place(self) -> int:
        """The index of the number in use."""
        return self.number - 1

    @property
    def entry(self) -> ModelSubmission:
        """The number in use."""
        return self.view[self.number - 1]

    @property
    def records(self) -> int:
        """How many records are in the books."""
        return sum(one.has_record for one in self.operations)


Steps = list[tuple[str, State]]


@dataclass(frozen=True)
class Setup:
    """A search: how the deployment is set, what the platform does, which rules hold, how far."""

    mode: str = "honoured"
    platform: str = ""
    echo: bool = True
    without: frozenset[str] = frozenset()
    powers: frozenset[str] = frozenset()
    faults: int = 1
    doors: int = 1
    numbers: int = 2
    operations: int = 3
    continues: bool = False
    resend: bool = True
    settles: bool = True
    may_read: bool = False

    def has(self, rule: str) -> bool:
        """Tell whether a rule holds."""
        return rule not in self.without

    @property
    def reads(self) -> bool:
        """Whether the records of operations are read."""
        return self.may_read and self.has("READS")

    @property
    def keeps_keys(self) -> bool:
        """Whether the platform honours keys."""
        return (self.platform or self.mode) == "honoured"


def begin(setup: Setup) -> State:
    """Give the state before anything was done."""
    count = setup.numbers
    return State(
        phase="ready",
        number=1,
        view=(ModelSubmission(),) * count,
        keys=("-",) * count,
        ages=(FIRST,) * count,
        faults=setup.faults,
        doors=setup.doors,
    )


def put(values: tuple, place: int, value: object) -> tuple:
    """Replace one value of a tuple."""
    return (*values[:place], value, *values[place + 1 :])


def enter(state: State, entry: ModelSubmission) -> State:
    """Replace the number in use."""
    return state._replace(view=put(state.view, state.place, entry))


def exchange(state: State, old: Request, new: Request | None) -> State:
    """Replace a request, or take it away."""
    requests = list(state.requests)
    requests.remove(old)
    if new:
        requests.append(new)
    return state._replace(requests=tuple(sorted(requests)))


def orphaned(state: State) -> State:
    """Let nobody wait for what is under way; answers are lost."""
    living = (one for one in state.requests if one.at in ("held", "wire", "work"))
    return state._replace(requests=tuple(sorted(one._replace(awaited=False) for one in living)))
