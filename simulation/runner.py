"""One run from a seed."""

import asyncio
import gc
import logging
import sys
import traceback
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from temporalio.api.history.v1 import HistoryEvent

from codat.errors import CodatError
from simulation import machine, shortcuts
from simulation.choices import Choices
from simulation.loop import Runaway, Stuck, VirtualLoop
from simulation.machine import SimulatedMachine
from simulation.plan import Mode, RunPlan
from simulation.random_plan import make_plan
from simulation.report import RunReport, check_run
from simulation.trace import Trace
from simulation.world import SimulatedWorld

PUSHES = 20
"""In one run: enough to meet each other."""


@dataclass
class History:
    """The history of one run of a workflow."""

    workflow_id: str
    run_id: str
    events: list[HistoryEvent]


@dataclass
class Result:
    """A run and what was found; `taken` names the choices that were not benign."""

    seed: int
    mode: Mode
    report: RunReport
    trace: list[str]
    taken: list[str]
    histories: list[History]


def simulate(
    seed: int,
    *,
    pushes: int = PUSHES,
    mode: Mode | None = None,
    keep_trace: bool = False,
    dropped: frozenset[str] = frozenset(),
) -> Result:
    """Do one run; the same arguments give the same run."""
    choices = Choices(seed, dropped)
    return run_plan(make_plan(choices, pushes, mode), choices, keep_trace=keep_trace)


def run_plan(plan: RunPlan, choices: Choices, *, keep_trace: bool = False) -> Result:
    """Do a run that was planned, with these choices."""
    with by_itself():
        return _run(plan, choices, keep_trace=keep_trace)


def _run(plan: RunPlan, choices: Choices, *, keep_trace: bool) -> Result:
    shortcuts.install()
    loop = VirtualLoop()
    trace = Trace(loop.time, keep=keep_trace)
    asyncio.set_event_loop(loop)
    broken: list[str] = []
    loop.set_exception_handler(lambda _, context: broken.extend(_faults(context)))
    try:
        SimulatedMachine(loop, choices).install()
        trace.tell(f"seed {choices.seed}, {len(plan.items)} pushes, {plan.mode.name}")
        world = SimulatedWorld(plan, choices, loop, trace)
        try:
            loop.run_until_complete(world.run())
        except Stuck:
            trace.tell("nothing is left to happen")
            world.never_ended += [item.number for item in plan.items]
        except Runaway as runaway:
            trace.tell(f"given up: {runaway}")
            broken.append(f"given up: {runaway}")
        report = check_run(world)
        report.violations += [f"simulator: {fault}" for fault in broken]
        histories = [
            History(run.workflow_id, run.run_id, run.history)
            for runs in world.server.runs.values()
            for run in runs
        ]
    finally:
        machine.uninstall()
        loop.put_away()
    return Result(choices.seed, plan.mode, report, trace.lines, choices.taken, histories)


def _faults(context: dict[str, Any]) -> list[str]:
    """Say what broke in the simulation itself; what Codat answered to nobody breaks nothing."""
    error = context.get("exception")
    if isinstance(error, CodatError):
        return []
    where = traceback.extract_tb(error.__traceback__)[-1] if error and error.__traceback__ else None
    place = f" in {where.filename.rpartition('/')[2]}:{where.lineno}" if where else ""
    return [f"{context['message']}: {error!r}{place}"]


@contextmanager
def by_itself() -> Generator[None]:
    """Keep the collector from ending tasks of dead processes in the middle, and all silent.

    They are ended after the run, when nothing that they still do can be seen.
    """
    is_collecting, hook = gc.isenabled(), sys.unraisablehook
    gc.disable()
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = lambda _: None
    try:
        yield
    finally:
        with warnings.catch_warnings(action="ignore"):  # steps that were never taken
            gc.collect()
        gc.freeze()
        sys.unraisablehook = hook
        logging.disable(logging.NOTSET)
        if is_collecting:
            gc.enable()
