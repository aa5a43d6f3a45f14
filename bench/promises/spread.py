"""Pushes whose durations spread around 60 s, log-normal with outliers: seen how late, after looks.

The deviation of the logarithm is 0.25, so two of three take 47 to 77 s; one in twenty takes three
times as long.
"""

import asyncio
from collections import defaultdict
from random import Random
from statistics import median

from bench.promises.builds import Bench
from bench.promises.running import RunningBuild
from bench.promises.table import Promise, Row
from stack.control import EmulatorControl

AROUND = 60
DEVIATION = 0.25
OUTLIERS, LONGER = 0.05, 3
PUSHES = 40
OVER = 20
CHANGE_EVERY = 0.1

Seen = dict[str, list[float]]


async def measure(bench: Bench) -> list[Row]:
    """Give the rows; one batch of each build went before."""
    late, polls = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    batches = 1 if bench.quick else 3
    async with bench.running("spread") as builds:
        await asyncio.gather(*(_batches(bench, build, batches, late, polls) for build in builds))
    return [
        Row("spread around 60 s: seen late by, median, s", late, Promise(6)),
        Row("spread around 60 s: looks a push", polls, Promise(2.5)),
    ]


async def _batches(
    bench: Bench, build: RunningBuild, batches: int, late: Seen, polls: Seen
) -> None:
    path = await build.open("spread", delay=AROUND)
    books = path.split("/")[4]
    async with EmulatorControl(bench.emulator.ports.emulator) as control:
        changing = asyncio.create_task(_vary(control, books))
        try:
            await build.push("spread", path, PUSHES, over=OVER, every=5)
            for _ in range(batches):
                wave = await build.push("spread", path, PUSHES, over=OVER, every=5)
                facts = await build.facts(wave)
                late[build.name].append(median(fact.late for fact in facts))
                polls[build.name].append(sum(fact.polls for fact in facts) / PUSHES)
        finally:
            changing.cancel()


async def _vary(control: EmulatorControl, books: str) -> None:
    """Draw another duration ten times a second, the same ones for each build."""
    drawn = Random(60)
    while True:
        delay = AROUND * drawn.lognormvariate(0, DEVIATION)
        longer = drawn.random() < OUTLIERS
        await control.change(f"connections/{books}", delay=delay * (LONGER if longer else 1))
        await asyncio.sleep(CHANGE_EVERY)
