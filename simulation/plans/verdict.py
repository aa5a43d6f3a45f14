"""What must hold of the plans of a run."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType

from simulation.books import Books, seconds
from simulation.plan import Item
from simulation.plans.plan_backend import PlanBackend
from simulation.plans.step_plan import step_name
from simulation.server.clock import EPOCH
from simulation.server.run import Run
from workflows.plan.models import StepStatus

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

_UNSTARTED = (StepStatus.NOT_STARTED, StepStatus.SKIPPED, StepStatus.WAITING)


def plan_faults(world: "SimulatedWorld", books: Books) -> Iterator[str]:
    """Find what went wrong with plans."""
    items = {item.number: item for item in world.plan.items}
    for backend in world.plans:
        runs = world.server.runs.get(backend.plan.request.workflow_id, [])
        if backend.plan.number in world.never_ended_plans or not runs or runs[-1].is_running:
            yield f"never: {backend.plan.name} did not end"
        for step in backend.plan.steps:
            yield from _too_early(step, items, books)
            yield from _denied(world, backend, step)
            yield from _not_there(backend, step, books)
            first = _first_start(world, step)
            if first is not None:
                yield from _started_against_a_wish(backend, step, first, runs)


def _too_early(step: Item, items: dict[int, Item], books: Books) -> Iterator[str]:
    """Find requests of a step that arrived before what it needs was in the books."""
    requests = books.requests(step) if step.is_here else []
    for needed in (items[number] for number in step.needs):
        written = [seconds(record["writtenOnUtc"]) for record in books.records(needed)]
        for request in requests:
            at = seconds(request["receivedAt"])
            if not written or at < min(written):
                yield f"early: {step.name} sent at {at:.1f}, and {needed.name} had written nothing"
        if requests and written and _refers(step, needed):
            ids = {record["recordId"] for record in books.records(needed)}
            if not any(known in _text(request) for known in ids for request in requests):
                yield f"reference: {step.name} was sent without the id of {needed.name}: {ids}"


def _refers(step: Item, needed: Item) -> bool:
    return f'"{step_name(needed)}#' in json.dumps([step.data, step.refers])


def _text(request: dict[str, object]) -> str:
    return f"{request['path']} {request['body']}"


def _first_start(world: "SimulatedWorld", step: Item) -> float | None:
    """Say when the first run of a step began (virtual seconds); None when there is none."""
    runs = world.server.runs.get(step.request.workflow_id, []) if step.is_here else []
    return _at(runs[0].start_ns) if runs else None


def _denied(world: "SimulatedWorld", backend: PlanBackend, step: Item) -> Iterator[str]:
    """Find steps that a plan has not started, as it says at its end, and whose push there was."""
    first = _first_start(world, step)
    for at, report in backend.reports:
        status = next(each.status for each in report.steps if each.name == step_name(step))
        is_unstarted = status in _UNSTARTED and report.is_over
        if first is not None and is_unstarted and first < at:
            yield (
                f"wrong: {backend.plan.name} was told {report.state} at {at:.1f}, {step.name} "
                f"{status}, and its push began at {first:.1f}"
            )


def _not_there(backend: PlanBackend, step: Item, books: Books) -> Iterator[str]:
    """Find steps that a plan calls successful, without a record."""
    if not backend.reports:
        return
    at, report = backend.reports[-1]
    status = next(each.status for each in report.steps if each.name == step_name(step))
    if status is StepStatus.SUCCESS and not books.records(step) and not step.removes:
        yield f"lost: {backend.plan.name} was told at {at:.1f} that {step.name} succeeded"


def _started_against_a_wish(
    backend: PlanBackend, step: Item, first: float, runs: list[Run]
) -> Iterator[str]:
    """Find a step that began though its plan knew that it was held or cancelled."""
    for run in runs:
        for begin, end, wish in _windows(run):
            if begin < first < end:
                yield (
                    f"wish: {step.name} began at {first:.1f}, and {backend.plan.name} had taken in "
                    f"{wish} at {begin:.1f}"
                )


def _windows(run: Run) -> Iterator[tuple[float, float, str]]:
    """Give from when to when a run knew that it was to start nothing, and by which wish."""
    asked, since, starting = "", None, set[int]()
    for event in run.history:
        at = _at(event.event_time.ToNanoseconds())
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                starting.add(event.event_id)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                ended = event.activity_task_completed_event_attributes
                starting.discard(ended.scheduled_event_id)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                wish = event.workflow_execution_signaled_event_attributes.signal_name
                if wish == "continue" and asked != "cancel":
                    if since is not None:
                        yield since, at, asked
                    asked, since = "", None
                elif wish in ("hold", "cancel"):
                    asked = wish if asked != "cancel" else asked
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED if asked and since is None:
                since = at if not starting else None
            case _:
                pass
    if since is not None:
        yield since, _at(run.close_ns) if run.close_ns else since, asked


def _at(nanoseconds: int) -> float:
    return nanoseconds / 1e9 - EPOCH.timestamp()
