"""Simulated runs of a mode, for tests in several files, which pytest-xdist hands out one by one."""

from simulation.plan import Mode
from simulation.runner import PUSHES, Result, simulate

RUNS = 2
"""Of each mode."""


def faultless_runs(mode: Mode, place: int) -> list[Result]:
    """Do the runs of a mode. Raises: AssertionError with what was wrong, by seed."""
    first = 100 * (place + 1)
    results = [simulate(seed, pushes=PUSHES, mode=mode) for seed in range(first, first + RUNS)]
    found = {result.seed: result.report.violations for result in results}
    assert not any(found.values()), found
    return results


def activities_of(result: Result) -> set[str]:
    """Name the activities that the workflows of a run asked for."""
    return {
        event.activity_task_scheduled_event_attributes.activity_type.name
        for history in result.histories
        for event in history.events
    }
