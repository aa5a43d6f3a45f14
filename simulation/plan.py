"""What a run does, drawn from its seed: the mode, the pushes, what people press."""

from dataclasses import dataclass, field, replace
from typing import Any

from bench.chaos.records import marker, unique_record
from emulator import seeds
from emulator.rewrites import WAYS
from simulation.choices import Choices
from workflows.models import PushRequest
from workflows.submission import idempotency_key

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
    faults: str = "all"

    @property
    def name(self) -> str:
        """Say it in a few words."""
        echo = "echo" if self.echo else "no echo"
        return f"{self.idempotency}, {echo}{', rewriting' if self.rewrites else ''}"


MODES = tuple(
    Mode(idempotency, echo, rewrites)
    for idempotency in ("honoured", "ignored")
    for echo in (True, False)
    for rewrites in (False, True)
)

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
)


@dataclass
class Item:
    """One push: when it starts, what it carries, what people press (when, which door)."""

    number: int
    at: float
    connection: str
    company: str
    data_type: str
    data: dict[str, Any]
    minutes: int | None = None
    presses: list[tuple[float, str]] = field(default_factory=list)
    retries: int = 0
    twin: int | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The keys for Codat that its submissions may have."""
        push_id = self.request.push_id
        return frozenset(str(idempotency_key(push_id, number)) for number in range(1, 60))

    @property
    def marker(self) -> str:
        """What its record bears and no other, but its twin's."""
        return marker(self.number if self.twin is None else self.twin)

    @property
    def request(self) -> PushRequest:
        """What its backend asks for."""
        return PushRequest.model_validate(
            {
                "companyId": self.company,
                "connectionId": self.connection,
                "dataType": self.data_type,
                "data": self.data,
                "idempotencyKey": f"push {self.number}",
                "timeoutInMinutes": self.minutes,
            }
        )


@dataclass
class Plan:
    """A whole run."""

    mode: Mode
    items: list[Item]


def make_plan(choices: Choices, pushes: int, mode: Mode | None = None) -> Plan:
    """Draw the run that belongs to a seed."""
    mode = mode or choices.pick("mode", MODES)
    items: list[Item] = []
    for number in range(pushes):
        items.append(_twin_of(choices, _item(choices, number), items))
    return Plan(mode, items)


def _twin_of(choices: Choices, item: Item, earlier: list[Item]) -> Item:
    """Give some pushes the record and the place of another one, at about the same time."""
    name = f"push {item.number}"
    if not earlier or not choices.happens(f"twin {name}", 0.08):
        return item
    model = choices.pick(f"model of {name}", earlier)
    return replace(
        item,
        at=model.at + choices.number(f"after its twin {name}", 0.0, 2.0),
        connection=model.connection,
        company=model.company,
        data_type=model.data_type,
        data=model.data,
        minutes=model.minutes,
        twin=model.twin if model.twin is not None else model.number,
    )


def _item(choices: Choices, number: int) -> Item:
    name = f"push {number}"
    weighted = [place for place in PLACES for _ in range(place[1])]
    connection, _, needs_deadline = choices.pick(f"place of {name}", weighted)
    data_type = choices.pick(f"data type of {name}", DATA_TYPES)
    has_deadline = needs_deadline or choices.happens(f"deadline of {name}", 0.1)
    company = seeds.OTHER_COMPANY if connection == seeds.OTHER_PROMPT else seeds.COMPANY
    return Item(
        number=number,
        at=choices.number(f"start of {name}", 0.0, STORM * 0.8),
        connection=connection,
        company=company,
        data_type=data_type,
        data=unique_record(data_type, number),
        minutes=2 if has_deadline else None,
        presses=_presses(choices, name),
        retries=int(choices.number(f"retries of {name}", 0, 3)),
    )


def _presses(choices: Choices, name: str) -> list[tuple[float, str]]:
    """Draw when people press which door, from the start of the push on."""
    presses: list[tuple[float, str]] = []
    chance = 0.5
    while choices.happens(f"door of {name}", chance):
        # Most of what a push does happens in its first second, and after three minutes.
        longest = choices.pick(f"when of {name}", (0.3, 3.0, 30.0, 240.0))
        moment = choices.number(f"moment of {name}", 0.0, longest)
        presses.append((moment, choices.pick(f"which door of {name}", DOORS)))
        chance = 0.5
    return sorted(presses)


REWRITES = tuple(WAYS)
