"""What a run does: the mode, the pushes, what people press."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bench.chaos.records import marker
from emulator import seeds
from emulator.rewrites import WAYS
from surepush_client.attached_file import AttachedFile
from surepush_client.kinds import PushKind
from workflows.models import PushRequest
from workflows.submission import idempotency_key

if TYPE_CHECKING:
    from simulation.plans.step_plan import StepPlan

DATA_TYPES = ("suppliers", "customers", "chartOfAccounts", "bills", "journalEntries")

WORKERS = 2
"""Worker processes that take tasks at the same time."""

STORM = 240.0
"""Virtual seconds in which things go wrong."""


@dataclass(frozen=True)
class Mode:
    """How a run's platforms and their API behave."""

    idempotency: str
    echo: bool
    rewrites: bool
    reads: bool = False

    @property
    def name(self) -> str:
        """Say it in a few words."""
        echo = "echo" if self.echo else "no echo"
        more = ", rewriting" if self.rewrites else ""
        more += ", records read" if self.reads else ""
        return f"{self.idempotency}, {echo}{more}"


MODES = tuple(
    Mode(idempotency, echo, rewrites)
    for idempotency in ("honoured", "ignored")
    for echo in (True, False)
    for rewrites in (False, True)
)
"""What Codat's deployments and the platforms do; of each, the records may be read, too."""

READ_MODES = tuple(replace(mode, reads=True) for mode in MODES)

PLACES = (
    (seeds.PROMPT, 6, False),
    (seeds.SLOW, 3, False),
    (seeds.SYNCHRONOUS, 3, False),
    (seeds.REFUSING, 1, False),
    (seeds.OFFLINE, 1, True),
    (seeds.SHAKY, 1, False),
    (seeds.OTHER_PROMPT, 2, False),
)
"""Connection, weight, and whether a push to there needs a deadline to end."""

DOORS = (
    "cancel",
    "terminate",
    "terminate and retry",
    "reset to the first task",
    "reset to the last task",
    "reset to any task",
    "pause and unpause an activity",
    "pause and reset an activity",
    "reset an activity",
    "allow an activity more attempts",
    "shorten an activity",
    "complete an activity by hand",
    "fail an activity by hand",
    "signal",
    "start again by name",
    "start again with the same key",
    "start over it",
    "start with a copied memo",
    "start with an old ledger",
    "start with cron",
    "start with a retry policy",
    "pause and unpause",
)


AIMS = ("push", "push", "push", "find-submission", "poll-status", "recall")
"""The activities that operators aim at."""

MEETINGS = (
    ("push", (1, 1, 2), 2.0, "signal and reset to the last task"),
    ("push", (1, 1, 2), 0.3, "pause and reset an activity"),
    ("push", (1,), 0.3, "pause an activity for good"),
    ("find-submission", (1,), 5.0, "complete an activity by hand"),
    ("recall", (1,), 0.2, "complete an activity by hand"),
)
"""Commands that a device of their own guards against: the activity, which time it is scheduled, the
seconds after that at most, the command. Chance alone would seldom bring them together."""


@dataclass(frozen=True)
class AimedCommand:
    """A command that an operator gives `after` seconds when an activity was scheduled.

    `activity` is its type; `count`: the first time, the second time ...
    """

    activity: str
    count: int
    after: float
    command: str


@dataclass
class Item:
    """One push: when it starts, what it carries, what people press (when, which door).

    A step of a `plan` (its key) comes after the pushes that it `needs`, by their numbers; `refers`
    stands in place of its record's id. `started` is its request, once the plan has started it.
    """

    number: int
    at: float
    connection: str
    company: str
    data_type: str
    data: dict[str, Any]
    minutes: int | None = None
    presses: list[tuple[float, str]] = field(default_factory=list)
    aimed: list[AimedCommand] = field(default_factory=list)
    retries: int = 0
    twin: int | None = None
    near: bool = False
    record_id: str | None = None
    kind: PushKind | None = None
    attachment_id: str | None = None
    file: AttachedFile | None = None
    plan: str | None = None
    needs: tuple[int, ...] = ()
    refers: dict[str, str] | None = None
    started: PushRequest | None = None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys for Codat that its submissions may have."""
        push_id = self.request.push_id
        return frozenset(str(idempotency_key(push_id, number)) for number in range(1, 60))

    @property
    def marker(self) -> str:
        """What its record bears and no other, but its twin's."""
        return marker(self.number if self.twin is None else self.twin)

    @property
    def name(self) -> str:
        """Name it in a trace."""
        return f"push {self.number}"

    @property
    def is_here(self) -> bool:
        """Whether there is such a push: a step may not have been started yet."""
        return self.plan is None or self.started is not None

    @property
    def is_update(self) -> bool:
        """Whether it changes a record."""
        return self.record_id is not None and self.kind is None

    @property
    def makes_record(self) -> bool:
        """Whether it makes a record that is like no other's of this run, and no step's."""
        is_create = self.kind is None and self.record_id is None
        return is_create and self.twin is None and not self.near and self.plan is None

    @property
    def removes(self) -> bool:
        """Whether it deletes or detaches."""
        return self.kind is not None and self.kind.removes

    @property
    def last_press(self) -> float:
        """When people press a door for the last time (virtual seconds)."""
        return max([self.at, *(self.at + after for after, _ in self.presses)])

    @property
    def request(self) -> PushRequest:
        """What its backend asks for; of a step what its plan asks for."""
        return self.started or self._asked

    @cached_property
    def _asked(self) -> PushRequest:
        fields: dict[str, Any] = {
            "companyId": self.company,
            "connectionId": self.connection,
            "dataType": self.data_type,
            "recordId": self.record_id,
            "kind": self.kind,
            "data": self.data or None,
            "file": self.file,
            "attachmentId": self.attachment_id,
            "idempotencyKey": f"{self.plan}/s{self.number}" if self.plan else self.name,
            "timeoutInMinutes": self.minutes,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return PushRequest.model_validate(given)


@dataclass
class RunPlan:
    """A whole run; `knows_books`: the platforms refuse what is about a record that is not there."""

    mode: Mode
    items: list[Item]
    step_plans: "list[StepPlan]" = field(default_factory=list["StepPlan"])
    knows_books: bool = False


REWRITES = tuple(WAYS)
