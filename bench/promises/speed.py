"""Pushes a second, of bursts that end at once, after 1 s and after 5 s, against plain Temporal.

The bursts are so large that the processors decide how long they take, not the first look. All
builds look two seconds after the first answer until they know better; ten pushes of each
connection went before.
"""

from collections import defaultdict

from bench.compare.ground import SYNCHRONOUS
from bench.compare.speed import SETTINGS
from bench.promises.builds import Bench
from bench.promises.table import Promise, Row, ratios

ENDINGS: dict[str, dict[str, object]] = {
    "after 5 s": {"delay": 5},
    "after 1 s": {"delay": 1},
    "at once": SYNCHRONOUS,
}
PUSHES = {"after 5 s": 300, "after 1 s": 160, "at once": 80}
QUICK = 15
BEFORE = 10
PROMISED = {"after 5 s": 1.3, "after 1 s": 1.5, "at once": 1.6}

By = dict[str, dict[str, list[float]]]


async def measure(bench: Bench) -> list[Row]:
    """Give the rows."""
    rates: By = {ending: defaultdict(list) for ending in ENDINGS}
    processor: By = {ending: defaultdict(list) for ending in ENDINGS}
    async with bench.running("speed", **SETTINGS) as builds:
        for ending, behaviour in ENDINGS.items():
            many = QUICK if bench.quick else PUSHES[ending]
            paths = [await build.open(ending, **behaviour) for build in builds]
            sides = list(zip(builds, paths, strict=True))
            for build, path in sides:
                await build.push(ending, path, BEFORE)
            for turn in range(bench.turns):
                for build, path in sides if turn % 2 else sides[::-1]:
                    wave = await build.push(ending, path, many)
                    rates[ending][build.name].append(many / wave.seconds)
                    processor[ending][build.name].append(1000 * wave.processor / many)
    return _rows(rates, processor)


def _rows(rates: By, processor: By) -> list[Row]:
    made: list[Row] = []
    for ending, bound in PROMISED.items():
        compared = ratios(rates[ending], "plain")
        promise = Promise(bound, at_least=True)
        made.append(Row(f"pushes a second, {ending}, against plain", compared, promise, 2))
    spent = ratios(processor["at once"], "plain")
    made.append(Row("at once: processor time, against plain", spent, Promise(0.6), 2))
    made += [Row(f"pushes a second, {ending}", rates[ending]) for ending in ENDINGS]
    made += [
        Row(f"ms of worker and server a push, {ending}", processor[ending], digits=0)
        for ending in ENDINGS
    ]
    return made
