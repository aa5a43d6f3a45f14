"""Finds pushes that a plan started and does not know of: the task that started them was lost.

A workflow task starts pushes before it is complete. It is lost when its worker dies, or when the
plan would have ended with it and a signal came meanwhile.
"""

from collections.abc import Iterator

from pydantic import ValidationError
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.plan_steps import StartStep, StartSteps
    from workflows.models import PushRequest
    from workflows.plan.progress import Progress
    from workflows.plan.references import resolved
    from workflows.plan.start import ask_for

MAX_LOOKS = 200
"""Pushes that one activity looks for."""


async def find_lost_starts(progress: Progress, absent: set[str]) -> None:
    """Enter the pushes of steps that were not begun; `absent` gets the names that have none."""
    while steps := list(_unknown(progress, absent))[:MAX_LOOKS]:
        found = await ask_for(StartSteps(steps=steps), "look for pushes that were started")
        for started in found.steps:
            if started.problem:
                absent.add(started.name)
            else:
                progress.take_start(started)


def _unknown(progress: Progress, absent: set[str]) -> Iterator[StartStep]:
    for step in progress.ready:
        if step.name in absent:
            continue
        try:
            fields = resolved(progress.plan.fields_of(step), progress.values_of(step))
            push_id = PushRequest.model_validate(fields).push_id
        except ValidationError:
            continue  # it could not be started
        yield StartStep(name=step.name, look_at=push_id)
