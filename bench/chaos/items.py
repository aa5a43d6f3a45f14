"""The pushes of a chaos run, drawn from its seed: what each carries, where to and when."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from bench.chaos.places import PLACES, Place
from bench.chaos.records import marker, near_twin, unique_record
from bench.chaos.wanted import Wanted
from codat.kinds import PushKind, kind_of

DATA_TYPES = ("suppliers", "customers", "chartOfAccounts", "bills", "invoices", "journalEntries")


WITH_DEADLINE = 0.06
UPDATES = 0.1
RIVALS = 0.5
"""The part of updates that change a record which an earlier push changes, too."""

TWINS = 0.04
NEAR_TWINS = 0.2
"""Parts of all pushes; near-twins only where records are read."""


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


def make_items(dice: Random, wanted: Wanted) -> list[Item]:
    """Draw the creates and updates of a run."""
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
