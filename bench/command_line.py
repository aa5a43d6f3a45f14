"""Table 12, command line: how long `starter.py` takes, here and at another commit.

`python -m bench.command_line [--against COMMIT] [--times 15]` starts a dev server, checks the other
commit out into a temporary folder, and runs each command in both trees by turns, with this Python.
Printed are the medians of wall clock and of processor time, and their ratios.
"""

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from temporalio.testing import WorkflowEnvironment

from bench.tables import table

ROOT = Path(__file__).parents[1]
BASELINE = "8c94ce9"
"""The last commit at which every command imported all the others."""

COMMANDS = (("--help",), ("status", str(uuid4())))
"""The second asks for a push that does not exist: it connects, asks once and says so."""

Seconds = tuple[float, float]


def run(tree: Path, command: tuple[str, ...], address: str) -> Seconds:
    """Run a command; give the seconds of wall clock and of processor time."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "starter.py", *command],
        cwd=tree,
        env={**os.environ, "TEMPORAL_ADDRESS": address},
        capture_output=True,
        check=False,
    )
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(other: Path, address: str, times: int) -> list[list[str]]:
    """Run each command in both trees by turns; give a row for each."""
    rows = []
    for command in COMMANDS:
        here, there = [], []
        for _ in range(times):
            there.append(run(other, command, address))
            here.append(run(ROOT, command, address))
        row = [" ".join(command[:1])]
        for kind in (0, 1):
            new, old = (median(measured[kind] for measured in side) for side in (here, there))
            row += [f"{old:.2f}", f"{new:.2f}", f"{new / old:.2f}"]
        rows.append(row)
    return rows


def check_out(commit: str, place: str) -> None:
    """Put the tree of a commit into a folder."""
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", place], input=archive, check=True)


async def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", default=BASELINE)
    parser.add_argument("--times", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        await asyncio.to_thread(check_out, asked.against, place)
        path = shutil.which("temporal", path=str(Path(sys.executable).parent))
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=path, dev_server_log_level="error"
        ) as here:
            address = here.client.service_client.config.target_host
            rows = await asyncio.to_thread(measure, Path(place), address, asked.times)
    heads = ["command", "s there", "s here", "ratio", "CPU s there", "CPU s here", "ratio"]
    table("Table 12, command line: medians of seconds", heads, rows)


if __name__ == "__main__":
    asyncio.run(main())
