"""Local activities: their tasks, and what the workflow is told of their ends."""

from collections.abc import Sequence

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto import ActivityTaskCompletion
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.bridge.proto.activity_task import ActivityTask
from temporalio.bridge.proto.workflow_commands import ScheduleLocalActivity

from simulation.server.clock import stamp_of
from simulation.server.pollers import WorkflowTaskGiven


def started_event(events: Sequence[HistoryEvent]) -> HistoryEvent:
    """Find the start of the workflow task that is under way."""
    kind = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
    return next(event for event in reversed(events) if event.event_type == kind)


def local_task(
    given: WorkflowTaskGiven, schedule: ScheduleLocalActivity, token: bytes, began_ns: int
) -> ActivityTask:
    """Make the task of a local activity for the SDK's activity worker."""
    task = ActivityTask(task_token=token)
    start = task.start
    start.workflow_namespace, start.workflow_type = "default", "push"
    start.workflow_execution.workflow_id = given.workflow_id
    start.workflow_execution.run_id = given.run_id
    start.activity_id, start.activity_type = schedule.activity_id, schedule.activity_type
    start.input.extend(schedule.arguments)
    for moment in (start.scheduled_time, start.current_attempt_scheduled_time, start.started_time):
        moment.CopyFrom(stamp_of(began_ns))
    start.attempt, start.is_local = 1, True
    start.start_to_close_timeout.CopyFrom(schedule.start_to_close_timeout or Duration())
    start.retry_policy.CopyFrom(schedule.retry_policy)
    return task


def resolution_of(completion: ActivityTaskCompletion) -> ActivityResolution:
    """Tell the workflow how it ended; one that was cancelled from outside has failed."""
    result, resolution = completion.result, ActivityResolution()
    if result.HasField("completed"):
        resolution.completed.CopyFrom(result.completed)
    elif result.HasField("cancelled"):
        resolution.failed.failure.CopyFrom(result.cancelled.failure)
    else:
        resolution.failed.failure.CopyFrom(result.failed.failure)
    return resolution


def timed_out(schedule: ScheduleLocalActivity) -> ActivityResolution:
    """Tell the workflow that it took too long."""
    resolution = ActivityResolution()
    failure = resolution.failed.failure
    failure.message = "Activity task timed out"
    failure.activity_failure_info.activity_id = schedule.activity_id
    failure.activity_failure_info.activity_type.name = schedule.activity_type
    failure.cause.message = "Activity timed out"
    failure.cause.timeout_failure_info.timeout_type = TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE
    return resolution
