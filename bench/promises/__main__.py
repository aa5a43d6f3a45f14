"""`make bench`: each promised figure, measured beside an older build and plain Temporal.

`python -m bench.promises [ROW ...] [--quick] [--turns N]`; all rows take 25 minutes on two cores
that do nothing else.
Compare the columns of one run.
"""

import argparse
import asyncio
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import httpx

from bench.promises import (
    crowd,
    front_door,
    many,
    pending,
    second,
    speed,
    spread,
    webhooks,
    whole,
)
from bench.promises.builds import Bench, fill_quota
from bench.promises.older import COMMIT, checked_out, other_pins
from bench.promises.table import Row, show
from bench.servers import running
from stack.process import ProcessFailed
from stack.signals import until_signal

ROWS: Mapping[str, Callable[[Bench], Awaitable[list[Row]]]] = {
    "pending": pending.measure,
    "spread": spread.measure,
    "second": second.measure,
    "crowd": crowd.measure,
    "webhooks": webhooks.measure,
    "speed": speed.measure,
    "front-door": front_door.measure,
    "many": many.measure,
}
"""In the order of the table."""

TOGETHER = (("pending",), ("spread",), ("crowd", "webhooks", "second"))
"""They wait most of the time, and only the first counts processor time, of its own processes."""

TURNS = 5


async def run(names: list[str], *, quick: bool, turns: int) -> int:
    """Measure these rows and print them; 0 if each could be measured."""
    began = time.monotonic()
    print(f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores", end=", ")
    print(f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d %H:%M')}", end=", ")
    print(f"{turns} turns, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    with tempfile.TemporaryDirectory(prefix="surepush-bench-") as name:
        folder = Path(name)
        async with checked_out(folder / "build") as older:
            pins = "; ".join(other_pins(older)) or "the same"
            print(f"older build: {COMMIT}, with today's packages; pins: {pins}")
            (folder / "emulator").mkdir()
            async with running(folder / "emulator", ("emulator",)) as emulator:
                await fill_quota(emulator)
                found = await _measure(Bench(folder, older, emulator, quick, turns), names)
    show("All rows", [row for name in ROWS for row in found.get(name, ())])
    show("Last runs of python -m bench.promises.whole", whole.rows())
    print("", *whole.sources(), sep="\n")
    print(f"\nall of it: {(time.monotonic() - began) / 60:.1f} minutes", end=", ")
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return int(len(found) < len(set(names)))


async def _measure(bench: Bench, names: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}

    async def measure(name: str) -> None:
        if name not in names:
            return
        since = time.monotonic()
        try:
            rows = await ROWS[name](bench)
        except (ProcessFailed, httpx.HTTPError) as error:
            print(f"\n{name} is not measured: {error!r}", flush=True)
            return
        found[name] = [replace(row, promise=None) for row in rows] if bench.quick else rows
        show(f"{name}: {time.monotonic() - since:.0f} s", found[name])

    async def follow(row_names: Sequence[str]) -> None:
        for name in row_names:
            await measure(name)

    await asyncio.gather(*map(follow, TOGETHER))
    await follow([name for name in ROWS if name not in chain.from_iterable(TOGETHER)])
    return found


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.promises", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer of everything, to see it work; nothing is judged",
    )
    parser.add_argument("--turns", type=int, help=f"{TURNS}, or 1 with --quick")
    given = parser.parse_args()
    chosen: list[str] = given.rows or [*ROWS]
    if wrong := set(chosen) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(wrong))}; there are {', '.join(ROWS)}")
    turns = given.turns or (1 if given.quick else TURNS)
    if turns < 1:
        parser.error("--turns: at least 1")
    logging.disable(logging.WARNING)  # plain polling fails on purpose, and the SDK tells each time
    work = run(chosen, quick=given.quick, turns=turns)
    sys.exit(asyncio.run(until_signal(work)))


if __name__ == "__main__":
    main()
