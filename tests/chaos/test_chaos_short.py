"""The chaos program in its short form: real processes, both modes at once, fixed seeds."""

import asyncio
import re
import sys
from pathlib import Path

import pytest
import pytest_asyncio

ROOT = Path(__file__).parents[2]
RUNS = {
    "keys honoured": ["--seed", "382", "--mode", "honoured", "--echo"],
    "keys ignored": ["--seed", "144", "--mode", "ignored", "--echo"],
}

# Which push ends Unknown and why, and how often each fault fires, depends on the machine's pace:
# the program prints both and judges them, on runs of 400; these must hold at any pace.
PROMISES = (
    "DUPLICATES",
    "LOST",
    "wrong endings",
    "older over newer",
    "never ended",
)

MAX_SECONDS = 500
"""Seconds; a request of a dead worker is known to be lost in a minute."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="endings")
async def _endings():
    done = await asyncio.gather(*(_run(*arguments) for arguments in RUNS.values()))
    return dict(zip(RUNS, done, strict=True))


async def _run(*arguments):
    command = ["-m", "bench.chaos", "--pushes", "30", "--brief", *arguments]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), MAX_SECONDS)
    return said.decode()


@pytest.mark.parametrize("run", RUNS)
def test_nothing_is_written_twice_or_lost_while_everything_dies(endings, run):
    said = endings[run]
    figures = {name: re.findall(rf"^{name} +(\d+)", said, re.MULTILINE) for name in PROMISES}

    assert [["0"]] * len(PROMISES) == list(figures.values()), said
