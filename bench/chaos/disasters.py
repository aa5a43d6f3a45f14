"""The disasters of a chaos run: processes die and freeze, and networks between them fail."""

from dataclasses import dataclass, replace
from math import log10
from random import Random

from bench.chaos.wanted import Wanted
from bench.relay import FAULTS

BLOWS = ("kill worker", "freeze worker", "kill server", "kill emulator")

WORKER_TEMPORAL = "worker-Temporal"
WORKER_PLATFORM = "worker-platform"
DOOR_TEMPORAL = "gateway-Temporal"
LINKS = (WORKER_TEMPORAL, WORKER_PLATFORM, DOOR_TEMPORAL)

PARTITIONS = tuple(f"{fault} {link}" for link in LINKS for fault in FAULTS)
"""Every fault of `bench/relay.py` on every link."""

DISASTERS = (*BLOWS, *PARTITIONS)


_CLOCKS_OFF = log10(0.5), log10(900)
"""Powers of ten, of seconds."""


@dataclass(frozen=True)
class Disaster:
    """Something dies, freezes or is cut off, and comes back after some seconds."""

    at: float
    what: str
    lasts: float
    worker: int = 0


@dataclass(frozen=True)
class Fault:
    """A disaster that happened: when (seconds since the epoch), and to whom."""

    what: str
    began: float
    back: float
    identity: str = ""


def make_disasters(dice: Random, wanted: Wanted) -> list[Disaster]:
    """Draw the disasters of a run, in the order of time."""
    count = max(2, wanted.pushes // 30)
    found: list[Disaster] = []
    lasts = ((0.5, 4), (0.5, 3 if wanted.brief else 6), (0, 2), (0, 2))
    for what, (least, most) in zip(BLOWS, lasts, strict=True):
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
    return sorted([*found, *_partitions(wanted)], key=lambda disaster: disaster.at)


def _partitions(wanted: Wanted) -> list[Disaster]:
    """Strike each link as often as each blow falls; the faults of a link take turns."""
    dice = Random(f"{wanted.seed} partitions")  # so that the rest of a seed's run stays as it was
    count = max(1 if wanted.brief else 2, wanted.pushes // 30)
    found: list[Disaster] = []
    for link in LINKS if wanted.has_webhooks or wanted.only else LINKS[:2]:
        faults = dice.sample(FAULTS, len(FAULTS))
        if wanted.only in PARTITIONS:
            faults = [wanted.only.split()[0]]
        for index in range(count):
            at = (index + dice.random()) * wanted.storm / count
            what = f"{faults[index % len(faults)]} {link}"
            # Briefly where a late request has to be in the list after the 10 s of a brief run.
            lasts = dice.uniform(0.5, 1.5 if wanted.brief else 6)
            found.append(Disaster(at, what, lasts, dice.randrange(2)))
    return found


def clock_shift(dice: Random) -> str:
    """Draw by how much a clock is wrong, as the setting of a worker."""
    sign = dice.choice(("-", ""))
    return f"{sign}PT{10 ** dice.uniform(*_CLOCKS_OFF):.1f}S"
