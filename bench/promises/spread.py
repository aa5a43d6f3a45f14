"""Pushes whose durations spread around 60 s, log-normal with outliers: seen how late, after looks.

The deviation of the logarithm is 0.25, so two of three take 47 to 77 s; one in twenty takes twice
as long.
"""

import asyncio
from random import Random
from statistics import median

from bench.promises.builds import Bench
from bench.promises.running import Facts, RunningBuild
from bench.promises.table import Promise, Row
from stack.control import EmulatorControl

AROUND = 60
DEVIATION = 0.25
OUTLIERS, LONGER = 0.05, 2
BEFORE, BEFORE_OVER = 40, 20
LEARNED = 160
"""Seconds after which those before have ended, also the slowest, and been learned from."""

QUICK = 10
"""Seconds to spread around, and so much less of all else."""

PUSHES, OVER = 120, 60
PARTS = 3
"""Of the pushes, by which the spread of the figures is told."""

CHANGE_EVERY = 0.1


async def measure(bench: Bench) -> list[Row]:
    """Give the rows; forty pushes of each build went before."""
    what = f"spread around {QUICK if bench.quick else AROUND} s"
    async with bench.running("spread") as builds:
        facts = await asyncio.gather(*(_push(bench, build) for build in builds))
    late, polls = dict[str, list[float]](), dict[str, list[float]]()
    for build, found in zip(builds, facts, strict=True):
        parts = [found[start::PARTS] for start in range(PARTS)]
        late[build.name] = [median(fact.late for fact in part) for part in parts]
        polls[build.name] = [sum(fact.polls for fact in part) / len(part) for part in parts]
    return [
        Row(f"{what}: seen late by, median, s", late, Promise(6)),
        Row(f"{what}: looks a push", polls, Promise(2.5)),
    ]


async def _push(bench: Bench, build: RunningBuild) -> list[Facts]:
    around = QUICK if bench.quick else AROUND
    scale = around / AROUND
    path = await build.open("spread", delay=around)
    books = path.split("/")[4]
    async with EmulatorControl(bench.emulator.ports.emulator) as control:
        changing = asyncio.create_task(_vary(control, books, around))
        first = build.push("spread", path, BEFORE, over=BEFORE_OVER * scale, every=5)
        before = asyncio.create_task(first)
        try:
            await asyncio.sleep(LEARNED * scale)
            wave = await build.push("spread", path, PUSHES, over=OVER * scale, every=5)
            await before
        finally:
            changing.cancel()
    return await build.facts(wave)


async def _vary(control: EmulatorControl, books: str, around: float) -> None:
    """Draw another duration ten times a second, the same ones for each build."""
    drawn = Random(60)
    while True:
        delay = around * drawn.lognormvariate(0, DEVIATION)
        longer = drawn.random() < OUTLIERS
        await control.change(f"connections/{books}", delay=delay * (LONGER if longer else 1))
        await asyncio.sleep(CHANGE_EVERY)
