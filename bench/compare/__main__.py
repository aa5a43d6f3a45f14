"""`make compare`: all tables, ours beside what people would use instead.

`python -m bench.compare [TABLE ...] [--quick]`; under 20 minutes on two cores that do nothing else.
Each side runs in processes of its own against one emulator on this machine, and the sides take
turns: compare the columns of one run; figures of two machines say little about each other.
"""

import argparse
import asyncio
import logging
import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench import servers
from bench.compare import growth, recovery, speed, trust
from bench.load import waiting
from stack.process import ROOT
from stack.signals import until_signal

TABLES = ("cost", "speed", "growth", "recovery", "trust")
PICTURE = ROOT / "docs" / "images" / "growth.svg"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    trust: int = 500
    speed: int = 40
    turns: int = 2
    pending: tuple[int, ...] = (10, 100, 400)


QUICK = Size(trust=80, speed=20, turns=1, pending=(10, 50))


async def run(tables: list[str], size: Size) -> int:
    """Measure one table after the other, each on servers of its own."""
    began = time.monotonic()
    cores = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}", end=", ")
    print(f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f} at the start, {size}")
    for name in tables:
        since = time.monotonic()
        await _one(name, size)
        print(f"\n({name}: {time.monotonic() - since:.0f} s)", flush=True)
    print(f"\nall of it: {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


async def _one(name: str, size: Size) -> None:
    if name == "cost":
        await waiting.main(list(waiting.USUAL))
        return
    with tempfile.TemporaryDirectory(prefix="surepush-bench-") as folder:
        async with servers.running(Path(folder)) as running:
            match name:
                case "trust":
                    await trust.measure(running, size.trust)
                case "speed":
                    await speed.measure(running, size.speed, size.turns)
                case "recovery":
                    await recovery.measure(running)
                case _:
                    await growth.measure(running, size.pending, PICTURE)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--quick", action="store_true", help="fewer of everything, to see it work")
    parser.add_argument("--pending", type=int, nargs="+", help="of table 4, for instance 10000")
    given = parser.parse_args()
    chosen: list[str] = given.tables or [*TABLES]
    if wrong := set(chosen) - set(TABLES):
        parser.error(f"no such table: {', '.join(sorted(wrong))}")
    size = QUICK if given.quick else Size()
    if given.pending:
        size = replace(size, pending=tuple(given.pending))
    logging.disable(logging.WARNING)  # plain polling fails on purpose, and the SDK tells each time
    sys.exit(asyncio.run(until_signal(run(chosen, size))))


if __name__ == "__main__":
    main()
