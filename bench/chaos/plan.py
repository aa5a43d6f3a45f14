"""What a chaos run does, drawn from its seed: pushes, disasters, and doors that people press."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from random import Random

from bench.chaos.items import Item, make_items
from bench.chaos.places import SLOW
from bench.chaos.wanted import Wanted

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

DISASTERS = ("kill worker", "freeze worker", "kill server", "kill emulator")

SPARE = 3
"""How often each door is pressed, at least, beyond the times that it has to open; a brief run is
not judged by that."""


_UNSUCCESSFUL = ("refusing", "offline", "stubborn")


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


def make_plan(wanted: Wanted, later: Iterable[Item] = ()) -> Plan:
    """Draw the run that belongs to a seed; `later` are its pushes of the later kinds."""
    dice = Random(wanted.seed)
    items = [*make_items(dice, wanted), *later]
    if wanted.outage:
        return Plan(wanted, items, [], [])
    disasters = _disasters(dice, wanted)
    if wanted.only:
        return Plan(
            wanted, items, [disaster for disaster in disasters if disaster.what == wanted.only], []
        )
    return Plan(wanted, items, disasters, _presses(dice, wanted, items))


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
        longs = [
            disaster
            for disaster in found
            if disaster.what == "freeze worker" and disaster.at < wanted.storm / 2
        ]
        for freeze in longs[:2]:
            found[found.index(freeze)] = replace(freeze, lasts=dice.uniform(62, 68))
    return sorted(found, key=lambda disaster: disaster.at)


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
