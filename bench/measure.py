"""`make bench`: all tables, ours beside what people would use instead.

`python bench/measure.py [TABLE ...] [--pushes N] [--pending N ...]`; about 20 minutes on two cores.
Each side runs in processes of its own against one emulator on this machine, and the sides take
turns: compare the columns of one run; figures of two machines say little about each other.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # instead of this folder: bench/emulator.py hides ours

from bench import growth, recovery, servers, speed, trust, waiting  # noqa: E402
from stack.leaving import until_signal  # noqa: E402
from stack.process import ROOT  # noqa: E402

TABLES = ("cost", "speed", "growth", "recovery", "trust")
PICTURE = ROOT / "docs" / "images" / "growth.svg"


async def run(tables: list[str], pushes: int, pending: tuple[int, ...]) -> int:
    """Measure one table after the other, each on servers of its own."""
    began = time.monotonic()
    cores = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}", end=", ")
    print(f"load {os.getloadavg()[0]:.1f} at the start")
    for name in tables:
        since = time.monotonic()
        await _one(name, pushes, pending)
        print(f"\n({name}: {time.monotonic() - since:.0f} s)", flush=True)
    print(f"\nall of it: {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


async def _one(name: str, pushes: int, pending: tuple[int, ...]) -> None:
    if name == "cost":
        await waiting.main(list(waiting.USUAL))
        return
    with tempfile.TemporaryDirectory(prefix="surepush-bench-") as folder:
        async with servers.running(Path(folder)) as running:
            match name:
                case "trust":
                    await trust.measure(running, pushes)
                case "speed":
                    await speed.measure(running)
                case "recovery":
                    await recovery.measure(running)
                case _:
                    await growth.measure(running, pending, PICTURE)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="bench/measure.py", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--pushes", type=int, default=500, help="pushes a side in table 1")
    parser.add_argument("--pending", type=int, nargs="+", default=[10, 100, 1000])
    given = parser.parse_args()
    chosen: list[str] = given.tables or [*TABLES]
    if wrong := set(chosen) - set(TABLES):
        parser.error(f"no such table: {', '.join(sorted(wrong))}")
    # Plain polling fails on purpose, and the SDK logs each failure.
    sys.exit(asyncio.run(until_signal(run(chosen, given.pushes, tuple(given.pending)))))


if __name__ == "__main__":
    main()
