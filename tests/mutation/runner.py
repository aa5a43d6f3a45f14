"""Runs tests on copies of the project, each with one device taken out."""

# ruff: noqa: T201  # a program prints
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "docs", "bench")

GREEN, RED = 0, 1
"""What pytest says when all tests pass, when some fail; any other status proves nothing."""

TEST_SECONDS, MAX_SECONDS = 60, 900
"""Of one test and of all; tests that don't end have noticed something, too."""


@dataclass(frozen=True)
class Mutant:
    """One device taken out: what stands in its place, and the tests that should notice."""

    name: str
    path: str
    device: str
    instead: str
    tests: tuple[str, ...]

    def patch(self, tree: Path) -> None:
        """Change the copy; a device that is not there, or there twice, is an error."""
        file = tree / self.path
        text = file.read_text()
        if text.count(self.device) != 1:
            raise SystemExit(f"{self.name}: {self.path} has the device {text.count(self.device)}x")
        file.write_text(text.replace(self.device, self.instead))


def main(mutants: tuple[Mutant, ...]) -> int:
    """Run them all, or those that are named."""
    chosen = [one for one in mutants if not sys.argv[1:] or one.name in sys.argv[1:]]
    everything = tuple(sorted({test for one in chosen for test in one.tests}))
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        healthy = Path(place) / "healthy"
        shutil.copytree(ROOT, healthy, ignore=LEFT_OUT)
        if _status("no mutant", healthy, everything) != GREEN:
            return 1
        survivors = [one.name for one in chosen if _is_missed(one, healthy, Path(place) / "mutant")]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants were noticed", *survivors)
    return 1 if survivors else 0


def _is_missed(mutant: Mutant, healthy: Path, tree: Path) -> bool:
    shutil.copytree(healthy, tree)
    mutant.patch(tree)
    status = _status(mutant.name, tree, mutant.tests)
    shutil.rmtree(tree)
    return status != RED


def _status(name: str, tree: Path, tests: tuple[str, ...]) -> int:
    begun = time.monotonic()
    status, failed = _run(tree, tests)
    word = {GREEN: "green", RED: "red"}.get(status, f"broken ({status})")
    print(f"{name}: {word} in {time.monotonic() - begun:.0f} s", *failed, sep="\n  ", flush=True)
    return status


def _run(tree: Path, tests: tuple[str, ...]) -> tuple[int, list[str]]:
    # By a thread: a test that waits for ever is not ended by an exception, its process is.
    limits = ["--timeout", str(TEST_SECONDS), "--timeout-method", "thread"]
    command = [sys.executable, "-m", "pytest", "-q", *limits, "-p", "no:cacheprovider", *tests]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=tree, stdout=output, start_new_session=True)
        try:
            status = process.wait(MAX_SECONDS)
        except subprocess.TimeoutExpired:
            status = RED
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        lines = output.read().splitlines()
    failed = [line.partition(" - ")[0] for line in lines if line.startswith("FAILED")]
    return status, failed if failed or status != RED else ["a test did not end in time"]
