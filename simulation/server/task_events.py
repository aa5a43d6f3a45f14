"""What a run's history says of its workflow tasks."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from simulation.commands import Completion
from simulation.server.run import Run, WorkflowTask, make_event


def write_transient(run: Run, task: WorkflowTask) -> None:
    """Write the beginning of a task that was tried again, and so is kept back until it ends."""
    run.history.extend(task.transient)
    task.transient = []


def write_completed(run: Run, task: WorkflowTask, completion: Completion) -> HistoryEvent:
    """Write that a task is complete, and with which flags of the SDK."""
    event = run.append(
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
        scheduled_event_id=task.scheduled_event,
        started_event_id=task.started_event,
        identity="worker",
    )
    sdk = event.workflow_task_completed_event_attributes.sdk_metadata
    sdk.SetInParent()
    sdk.lang_used_flags.extend(completion.lang_flags)
    if completion.is_first:
        sdk.core_used_flags.extend([1, 2, 3, 4])
        sdk.sdk_name, sdk.sdk_version = "temporal-python", "1.35.0"
    return event


def transient_events(run: Run, task: WorkflowTask) -> list[HistoryEvent]:
    """Make the beginning of a task that is tried again: its worker sees it, clients do not."""
    number = len(run.history) + 1
    scheduled = make_event(
        EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
        number,
        task.scheduled_ns,
        task_queue=run.start.task_queue,
        attempt=task.attempt,
    )
    started = make_event(
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        number + 1,
        task.started_ns,
        scheduled_event_id=number,
        identity="worker",
    )
    return [scheduled, started]
