"""What a chaos run does, drawn from its seed: pushes, disasters, and doors that people press."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from random import Random
from typing import Any

from bench.chaos.disasters import Disaster, make_disasters
from bench.chaos.places import PLACES, SLOW, Place
from bench.chaos.records import marker, near_twin, unique_record
from bench.chaos.wanted import Wanted
from codat.kinds import PushKind, kind_of

CRON = "start: with cron"
DOORS = (
    "retry",
    "reset: to the first task",
    "reset: to the last task",
    "reset: to any task",
    "start: same key again",
    "start: over an ended one",
    "start: after terminate",
    "start: with a copied memo and an old ledger",
    CRON,
    "start: with a retry policy",
    "activity: pause, unpause",
    "activity: pause, reset",
    "activity: more attempts",
    "activity: complete by hand",
    "activity: fail by hand",
    "pause, unpause",
    "cancel",
    "signals",
)
"""What people, schedules and policies do to a push; docs/temporal_commands.md describes each."""

DATA_TYPES = ("suppliers", "customers", "chartOfAccounts", "bills", "invoices", "journalEntries")


WITH_DEADLINE = 0.06
UPDATES = 0.1
RIVALS = 0.5
"""The part of updates that change a record which an earlier push changes, too."""

TWINS = 0.04
NEAR_TWINS = 0.2
"""Parts of all pushes; near-twins only where records are read."""

SPARE = 3
"""How often each door is pressed, at least, beyond the times that it has to open; a brief run is
not judged by that."""


_UNSUCCESSFUL = ("refusing", "offline", "stubborn")


@dataclass(frozen=True)
class Item:
    """One push: when it is started, what it carries, whose twin it is.

    `rival` is the earlier push that updates the same record. One with a `kind` is of another kind
    than a create or an update, and carries no record.
    """

    number: int
    at: float
    place: Place
    data_type: str
    data: dict[str, Any]
    record_id: str | None = None
    minutes: int | None = None
    twin: int | None = None
    rival: int | None = None
    kind: PushKind | None = None

    @property
    def key(self) -> str:
        """The caller's key."""
        return f"push {self.number}"

    @property
    def push_kind(self) -> PushKind:
        """What it does."""
        return kind_of(self.kind, self.record_id)

    @property
    def is_update(self) -> bool:
        """Whether it updates a record."""
        return self.push_kind is PushKind.UPDATE

    @property
    def marker(self) -> str:
        """What its record bears and no other, but its twin's."""
        return marker(self.number if self.twin is None else self.twin)


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


def make_plan(wanted: Wanted, later: Iterable[Item] = ()) -> Plan:
    """Draw the run that belongs to a seed; `later` are its pushes of the later kinds."""
    dice = Random(wanted.seed)
    items = [*_items(dice, wanted), *later]
    if wanted.outage:
        return Plan(wanted, items, [], [])
    disasters = make_disasters(dice, wanted)
    if wanted.only:
        return Plan(
            wanted, items, [disaster for disaster in disasters if disaster.what == wanted.only], []
        )
    return Plan(wanted, items, disasters, _presses(dice, wanted, items))


def _items(dice: Random, wanted: Wanted) -> list[Item]:
    places = [candidate for candidate in PLACES if not (wanted.brief and candidate.needs_deadline)]
    weights = [candidate.weight for candidate in places]
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
        near_twins = NEAR_TWINS if wanted.read_records else 0
        items.append(_varied(dice, item, items, near_twins))
    return items


def _varied(dice: Random, item: Item, earlier: list[Item], near_twins: float) -> Item:
    chance = dice.random()
    if chance < UPDATES:
        return _update(dice, item, [other for other in earlier if other.record_id])
    models = [other for other in earlier if other.twin is None and other.record_id is None]
    if chance < UPDATES + TWINS and models:
        model = dice.choice(models[-5:])
        return replace(_beside(dice, item, model), data=model.data, twin=model.number)
    if UPDATES + TWINS <= chance < UPDATES + TWINS + near_twins and models:
        model = dice.choice(models[-5:])
        data = near_twin(model.data_type, model.data, item.number)
        return replace(_beside(dice, item, model), data=data)
    return item


def _beside(dice: Random, item: Item, model: Item) -> Item:
    """Push to the place of another push, at about the same time."""
    return replace(
        item,
        at=model.at + dice.uniform(0, 1),
        place=model.place,
        minutes=model.minutes,
        data_type=model.data_type,
    )


def _update(dice: Random, item: Item, earlier: list[Item]) -> Item:
    update = replace(
        item,
        data_type="suppliers",
        data=unique_record("suppliers", item.number),
        record_id=f"standing-{item.number}",
    )
    if not earlier or dice.random() >= RIVALS:
        return update
    older = dice.choice(earlier[-5:])
    return replace(
        update,
        at=older.at + dice.uniform(1, 20),
        place=older.place,
        minutes=older.minutes,
        record_id=older.record_id,
        rival=older.number,
    )


def _presses(dice: Random, wanted: Wanted, items: list[Item]) -> list[Press]:
    """Press each door equally often; often several people press one push's at about that time."""
    least = wanted.at_least
    spare = 0 if wanted.brief else max(SPARE, least // 2)
    doors = [*DOORS] * (least + spare if least else 0)
    doors += ["retry"] * least  # for most, what it is pressed on does not end in time
    dice.shuffle(doors)
    # Apart, and a push for each: most others end the run that a request is under way in.
    slow = [item for item in items if item.place.name == SLOW] or items
    on_requests = [door for door in doors if door.startswith("activity")]
    presses = [
        Press(item.at, item.number, door)
        for door, item in zip(on_requests, cycle(dice.sample(slow, len(slow))), strict=False)
    ]
    others = [door for door in doors if not door.startswith("activity")]
    while others:
        some = [others.pop() for _ in range(min(len(others), dice.choice((1, 1, 1, 2, 3))))]
        presses += _on_one(dice, some, items)
    return sorted(presses, key=lambda press: press.at)


def _on_one(dice: Random, doors: list[str], items: list[Item]) -> Iterator[Press]:
    # What succeeds can't be retried.
    wished = _UNSUCCESSFUL if "retry" in doors else ()
    item = dice.choice(
        [candidate for candidate in items if candidate.place.name in wished] or items
    )
    at = item.at + dice.expovariate(1 / 6)
    for door in doors:
        yield Press(at + dice.uniform(0, 1), item.number, door)
