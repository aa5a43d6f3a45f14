"""Pushes that are pending for 60 s: actions, events, processor time; first unknown, then learned.

Each build pushes wave after wave on one connection. The waves of the builds begin in turn, a third
of a wave apart, and each build has a server and a worker of its own, so that their processor time
is told apart. What those take with nothing to do is taken off.
"""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median

from bench.promises.builds import Bench
from bench.promises.running import RunningBuild
from bench.promises.table import Promise, Row, ratios

PUSHES = 40
PENDING, WAVE = 60, 75
"""Seconds, the second from one wave of a build to its next: the last is seen after 70 or so."""

QUICK = 20, 40

IDLE = 15


@dataclass(frozen=True)
class Pace:
    """How long pushes are pending, from one wave to the next (s), and how many waves."""

    pending: int
    wave: int
    turns: int


@dataclass
class Spent:
    """Of each wave, a push: billed actions, events, seconds of the processors, requests."""

    actions: list[float] = field(default_factory=list[float])
    events: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])
    requests: list[float] = field(default_factory=list[float])


async def measure(bench: Bench) -> list[Row]:
    """Give the rows."""
    pending, wave = QUICK if bench.quick else (PENDING, WAVE)
    async with bench.running("pending") as builds:
        idle = await asyncio.gather(*(build.idle(IDLE) for build in builds))
        began = time.monotonic()
        pace = Pace(pending, wave, bench.turns)
        spent = await asyncio.gather(
            *(
                _waves(build, pace, began + wave * place / len(builds), idle[place])
                for place, build in enumerate(builds)
            )
        )
    named = {build.name: of for build, of in zip(builds, spent, strict=True)}
    return _rows(f"pending {pending} s", named)


async def _waves(build: RunningBuild, pace: Pace, begin: float, idle: float) -> Spent:
    """Push a wave on an unknown connection and so many more on the known one."""
    path, spent = await build.open("pending", delay=pace.pending), Spent()
    for turn in range(1 + pace.turns):
        await asyncio.sleep(begin + turn * pace.wave - time.monotonic())
        before = await build.actions()
        wave = await build.push("pending", path, PUSHES, every=5)
        spent.processor.append((wave.processor - idle * wave.seconds) / PUSHES)
        spent.requests.append(wave.requests / PUSHES)
        spent.actions.append((await build.actions() - before) / PUSHES)
        spent.events.append(median(fact.events for fact in await build.facts(wave)))
    return spent


def _rows(what: str, spent: dict[str, Spent]) -> list[Row]:
    first = {name: of.actions[:1] for name, of in spent.items()}
    first_events = {name: of.events[:1] for name, of in spent.items()}
    learned = {name: of.actions[1:] for name, of in spent.items()}
    learned_events = {name: of.events[1:] for name, of in spent.items()}
    processor = {name: of.processor[1:] for name, of in spent.items()}
    before = {name: of.processor[:1] for name, of in spent.items()}
    requests = {name: of.requests[1:] for name, of in spent.items()}
    ms = {name: [1000 * each for each in of.processor[1:]] for name, of in spent.items()}
    return [
        Row(f"{what}, nothing learned: actions", first, Promise(13)),
        Row(f"{what}, nothing learned: events", first_events, Promise(60), 0),
        Row(f"{what}, after ten: actions", learned, Promise(9.5)),
        Row(f"{what}, after ten: events", learned_events, Promise(40), 0),
        Row("its processor time / older build's", ratios(processor, "older"), Promise(0.6), 2),
        Row("the same, ms of worker and server a push", ms, digits=0),
        Row("nothing learned: processor time / older's", ratios(before, "older"), digits=2),
        Row(f"{what}, after ten: requests a push", requests, digits=2),
    ]
