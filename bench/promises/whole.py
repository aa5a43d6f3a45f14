"""What takes longer than `make bench` may: run by itself; `make bench` prints its last figures.

`python -m bench.promises.whole many|day [--build older] [--polls N]`. Many: 10,000 pushes, nothing
scaled, 50 minutes. Day: 1,000 pushes for a day, 75 minutes. Figures go to `whole.json`.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict

from bench.promises import day, many
from bench.promises.builds import Bench, fill_quota
from bench.promises.older import checked_out
from bench.promises.table import Promise, Row
from bench.servers import running
from stack.signals import until_signal

KEPT = Path(__file__).with_name("whole.json")
LIMITS = {
    "10,000 at once, pending 15 minutes: all sent after, min": Promise(15),
    "10,000 waiting: worker, cores": Promise(0.25),
    "10,000 waiting: server, cores": Promise(0.25),
    "1,000 waiting for a day: worker's MB above idle": Promise(150),
    "of it: replays": None,
}
"""The rows, as their names stand in the file."""


class Kept(TypedDict):
    """A build's figures by row, and of each run when and how it was measured."""

    runs: dict[str, str]
    figures: dict[str, list[float]]


def _read() -> dict[str, Kept]:
    return json.loads(KEPT.read_text())


def rows() -> list[Row]:
    """Give the last figures of the whole runs."""
    kept = _read()
    made: list[Row] = []
    for what, promise in LIMITS.items():
        figures = {build: of["figures"].get(what, []) for build, of in kept.items()}
        made.append(Row(what, figures, promise, 2))
    return made


def sources() -> list[str]:
    """Say of each build when and how its last figures were measured."""
    return [
        f"{build}, {run}: {how}" for build, of in _read().items() for run, how in of["runs"].items()
    ]


async def run(what: str, build: str, polls: int) -> int:
    """Measure and keep the figures."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="surepush-bench-") as name:
        folder = Path(name)
        async with checked_out(folder / "build") as older:
            (folder / "emulator").mkdir()
            async with running(folder / "emulator", ("emulator",)) as emulator:
                await fill_quota(emulator)
                bench = Bench(folder, older, emulator, quick=False, turns=1)
                figures = await (
                    _day(bench, build, polls) if what == "day" else _many(bench, build)
                )
    print(json.dumps(figures, indent=2))
    if polls == day.POLLS:
        _keep(build, what, figures, f"{time.strftime('%Y-%m-%d')}, load {load:.1f} at the start")
    return 0


async def _many(bench: Bench, build: str) -> dict[str, list[float]]:
    waited = await many.wait(bench, build, many.WHOLE)
    names = list(LIMITS)
    return {
        names[0]: [waited["sent after"] / 60],
        names[1]: [waited["worker"]],
        names[2]: [waited["server"]],
    }


async def _day(bench: Bench, build: str, polls: int) -> dict[str, list[float]]:
    waited = await day.wait(bench, build, polls)
    names = list(LIMITS)
    return {names[3]: [waited.memory], names[4]: [waited.replays]}


def _keep(build: str, what: str, figures: dict[str, list[float]], how: str) -> None:
    kept = _read()
    of = kept.setdefault(build, Kept(runs={}, figures={}))
    of["runs"][what] = how
    of["figures"] |= figures
    KEPT.write_text(json.dumps(kept, indent=2) + "\n")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.promises.whole", description=__doc__)
    parser.add_argument("what", choices=("many", "day"))
    parser.add_argument("--build", choices=("now", "older"), default="now")
    parser.add_argument("--polls", type=int, default=day.POLLS, help="fewer: nothing is kept")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    sys.exit(asyncio.run(until_signal(run(given.what, given.build, given.polls))))


if __name__ == "__main__":
    main()
