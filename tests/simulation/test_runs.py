"""Whole runs from a seed: nothing goes wrong, and the same seed is the same run."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from simulation.replays import disagreements
from simulation.runner import simulate
from simulation.server import tasks
from simulation.shrink import Shrinker

ROOT = Path(__file__).parents[2]


def traced(hash_seed: str) -> bytes:
    command = [sys.executable, "-m", "simulation", "--seed", "3", "--trace", "--pushes", "8"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, check=False
    ).stdout


def test_a_seed_gives_the_same_trace_in_every_process():
    first, second = traced("1"), traced("2")

    assert first == second
    assert len(first.splitlines()) > 50


async def test_the_real_core_replays_what_was_simulated():
    result = await asyncio.to_thread(simulate, 5, pushes=10)

    assert await disagreements(result.histories) == []


def test_a_run_that_never_comes_to_rest_fails_with_its_trace(monkeypatch):
    monkeypatch.setattr(tasks, "MAX_TASKS", 3)

    result = simulate(3, pushes=1, keep_trace=True)

    assert any("more than 3 workflow tasks" in found for found in result.report.violations)
    assert "given up" in result.trace[-1]


def test_a_dropped_choice_leaves_the_others_as_they_were():
    whole = simulate(3, pushes=3)
    name = next(name for name in whole.taken if name.startswith("disaster"))

    rest = simulate(3, pushes=3, dropped=frozenset({name}))

    assert name not in rest.taken


def test_a_failing_run_is_shrunk_to_what_it_needs():
    class Wrong:
        def __init__(self, taken, kinds):
            self.seed, self.taken = 1, taken
            self.report = type("Verdict", (), {"kinds": kinds})

    def run(_seed, *, dropped, **_more):
        left = [name for name in "abcdefgh" if name not in dropped]
        return Wrong(left, {"twice"} if {"b", "g"} <= set(left) else set())

    shrinker = Shrinker(run(1, dropped=frozenset()), 1, run)  # pyright: ignore[reportArgumentType]
    shrinker.shrink()

    assert shrinker.smallest.taken == ["b", "g"]
