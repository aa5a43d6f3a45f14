"""What a chaos run does, drawn from its seed: pushes, disasters, and doors that people press."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID, uuid5

from bench.chaos.records import marker, unique_record
from emulator.rewrites import WAYS

_SPACE = UUID("6a1d9a52-5d7c-5c0e-8f43-0d6a7a3f9c11")

DOORS = (
    "retry",
    "reset to the first task",
    "reset to the last task",
    "reset to any task",
    "terminate, start by name",
    "same key again",
    "start over an ended one",
)

DISASTERS = ("kill worker", "freeze worker", "kill server", "kill emulator")

DATA_TYPES = ("suppliers", "customers", "chartOfAccounts", "bills", "invoices", "journalEntries")


WITH_DEADLINE = 0.06
UPDATES = 0.06
TWINS = 0.04
MEDDLED_WITH = 0.4
"""Parts of all pushes."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    pushes: int
    seed: int
    mode: str
    echo: bool
    plain: bool
    brief: bool
    outage: float = 0
    only: str | None = None
    rewrite: bool = False

    @property
    def storm(self) -> float:
        """How many seconds the disasters last."""
        return self.outage or self.pushes * (0.3 if self.brief else 0.5)

    @property
    def at_least(self) -> int:
        """How often each fault must have happened for the run to count."""
        return 0 if self.outage or self.only else self.pushes // 30

    @property
    def has_webhooks(self) -> bool:
        """Whether the platform reports operations too, through a front door of ours."""
        return not (self.brief or self.outage or self.only)

    @property
    def freezes_long(self) -> bool:
        """Whether workers freeze for longer than the time-outs of activities.

        Such a worker keeps its connection, and with it a request that is processed only after its
        client has left: it would be later than PUSH_FIND_FOR of this run allows. So a seed has
        either the one or the other.
        """
        return not self.brief and self.seed % 2 == 0


@dataclass(frozen=True)
class Place:
    """A connection and the manners of its platform."""

    name: str
    platform: str
    weight: int
    manners: dict[str, Any]
    needs_deadline: bool = False
    rewrites: tuple[str, ...] = ()
    """What it changes in a record, in a run with platforms that rewrite."""


_TAX = ("tax", "number", "due-date")
_SHORT = ("letters", "cut", "tax")
_SMALL = ("number", "rounding", "cut")

PLACES = (
    Place("prompt 1", "cloudbooks", 18, {"delay": 0.1}, rewrites=_TAX),
    Place("prompt 2", "midmarket", 18, {"delay": 0.3}, rewrites=_SHORT),
    Place("steady 1", "cloudbooks", 16, {"delay": 1, "spread": 3}, rewrites=("sign", "order")),
    Place("steady 2", "cloudbooks", 16, {"delay": 1, "spread": 3}, rewrites=_SMALL),
    Place("slow", "midmarket", 8, {"delay": 6}, rewrites=tuple(WAYS)),
    Place("synchronous", "instabooks", 10, {"synchronous": True}, rewrites=_TAX),
    Place("refusing", "strictbooks", 6, {"delay": 0.3, "refusing": "The period is closed."}),
    Place("offline", "cloudbooks", 4, {"offline": True}, needs_deadline=True, rewrites=_TAX),
    Place(
        "stubborn",
        "cloudbooks",
        4,
        {"delay": 70, "stubborn": True},
        needs_deadline=True,
        rewrites=_SMALL,
    ),
)


@dataclass(frozen=True)
class Item:
    """One push: when it is started, what it carries, whose twin it is."""

    number: int
    at: float
    place: Place
    data_type: str
    data: dict[str, Any]
    record_id: str | None = None
    minutes: int | None = None
    twin: int | None = None

    @property
    def key(self) -> str:
        """The caller's key."""
        return f"push {self.number}"

    @property
    def marker(self) -> str:
        """What its record bears and no other, but its twin's."""
        return marker(self.number if self.twin is None else self.twin)


@dataclass(frozen=True)
class Disaster:
    """Something dies or freezes, and comes back after some seconds."""

    at: float
    what: str
    lasts: float
    worker: int = 0


@dataclass(frozen=True)
class Press:
    """Somebody presses a door of a push."""

    at: float
    number: int
    door: str


@dataclass(frozen=True)
class Plan:
    """A whole run."""

    wanted: Wanted
    items: list[Item]
    disasters: list[Disaster]
    presses: list[Press]


def company(side: str) -> str:
    """Give the id of a side's company."""
    return str(uuid5(_SPACE, side))


def connection(side: str, place: Place) -> str:
    """Give the id of a side's connection."""
    return str(uuid5(_SPACE, f"{side}/{place.name}"))


def make_plan(wanted: Wanted) -> Plan:
    """Draw the run that belongs to a seed."""
    dice = Random(wanted.seed)
    items = _items(dice, wanted)
    if wanted.outage:
        return Plan(wanted, items, [], [])
    disasters = _disasters(dice, wanted)
    if wanted.only:
        return Plan(wanted, items, [one for one in disasters if one.what == wanted.only], [])
    return Plan(wanted, items, disasters, _presses(dice, items))


def _items(dice: Random, wanted: Wanted) -> list[Item]:
    places = [one for one in PLACES if not (wanted.brief and one.needs_deadline)]
    weights = [one.weight for one in places]
    items: list[Item] = []
    for number in range(wanted.pushes):
        (place,) = dice.choices(places, weights)
        data_type = dice.choice(DATA_TYPES)
        item = Item(
            number=number,
            at=dice.uniform(0, wanted.storm),
            place=place,
            data_type=data_type,
            data=unique_record(data_type, number),
            minutes=1 if place.needs_deadline or dice.random() < WITH_DEADLINE else None,
        )
        items.append(_varied(dice, item, items))
    return items


def _varied(dice: Random, item: Item, earlier: list[Item]) -> Item:
    chance = dice.random()
    if chance < UPDATES:
        return replace(
            item,
            data_type="suppliers",
            data=unique_record("suppliers", item.number),
            record_id=f"standing-{item.number}",
        )
    models = [one for one in earlier if one.twin is None and one.record_id is None]
    if chance < UPDATES + TWINS and models:
        model = dice.choice(models[-5:])
        return replace(
            item,
            at=model.at + dice.uniform(0, 1),
            place=model.place,
            minutes=model.minutes,
            data_type=model.data_type,
            data=model.data,
            twin=model.number,
        )
    return item


def _disasters(dice: Random, wanted: Wanted) -> list[Disaster]:
    count = max(2, wanted.pushes // 30)
    found: list[Disaster] = []
    lasts = ((0.5, 4), (0.5, 3 if wanted.brief else 6), (0, 2), (0, 2))
    for what, (least, most) in zip(DISASTERS, lasts, strict=True):
        for index in range(count):
            # One in each stretch of the storm, so that all of it is stormy.
            at = (index + dice.random()) * wanted.storm / count
            found.append(Disaster(at, what, dice.uniform(least, most), dice.randrange(2)))
    if wanted.freezes_long:
        longs = [one for one in found if one.what == "freeze worker" and one.at < wanted.storm / 2]
        for one in longs[:2]:
            found[found.index(one)] = replace(one, lasts=dice.uniform(62, 68))
    return sorted(found, key=lambda one: one.at)


def _presses(dice: Random, items: list[Item]) -> list[Press]:
    presses: list[Press] = []
    for item in items:
        if dice.random() < MEDDLED_WITH:
            at = item.at + dice.expovariate(1 / 6)
            # Often several people press at about the same time.
            presses += [
                Press(at + dice.uniform(0, 1), item.number, dice.choice(DOORS))
                for _ in range(dice.choice((1, 1, 1, 2, 3)))
            ]
    return sorted(presses, key=lambda one: one.at)
