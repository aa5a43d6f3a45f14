"""Pushes that are done after one second: how late that is seen, and how many requests it takes."""

from collections import defaultdict
from statistics import median

from bench.promises.builds import Bench
from bench.promises.table import Promise, Row

PUSHES = 30
OVER = 6
BEFORE = 10


async def measure(bench: Bench) -> list[Row]:
    """Give the rows; ten pushes of the connection went before."""
    late, requests = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    async with bench.running("second") as builds:
        paths = {build.name: await build.open("1 s", delay=1) for build in builds}
        for build in builds:
            await build.push("1 s", paths[build.name], BEFORE)
        for turn in range(bench.turns):
            for build in builds if turn % 2 else builds[::-1]:
                wave = await build.push("1 s", paths[build.name], PUSHES, over=OVER)
                late[build.name].append(median(fact.late for fact in await build.facts(wave)))
                requests[build.name].append(wave.requests / PUSHES)
    return [
        Row("done after 1 s: seen late by, median, s", late, Promise(0.6), 2),
        Row("done after 1 s: requests a push", requests, Promise(2.0), 2),
    ]
