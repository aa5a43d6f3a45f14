"""What others are told of an activity: the worker that gets it, and a client that asks."""

from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.bridge.proto.activity_task import ActivityTask

from simulation.server.clock import stamp_of

if TYPE_CHECKING:
    from simulation.server.activities import PendingActivity


def task_of(activity: "PendingActivity") -> ActivityTask:
    """Give the task of the attempt that was just started."""
    task, options, run = ActivityTask(task_token=activity.token), activity.options, activity.run
    start = task.start
    start.workflow_namespace, start.workflow_type = "default", run.start.workflow_type.name
    start.workflow_execution.workflow_id = run.workflow_id
    start.workflow_execution.run_id = run.run_id
    start.activity_id, start.activity_type = options.activity_id, options.activity_type.name
    start.input.extend(options.input.payloads)
    start.scheduled_time.CopyFrom(stamp_of(activity.first_scheduled_ns))
    start.current_attempt_scheduled_time.CopyFrom(stamp_of(activity.scheduled_ns))
    start.started_time.CopyFrom(stamp_of(activity.started_ns))
    start.attempt = activity.attempt
    start.start_to_close_timeout.CopyFrom(options.start_to_close_timeout)
    start.schedule_to_close_timeout.CopyFrom(options.schedule_to_close_timeout)
    start.heartbeat_timeout.CopyFrom(options.heartbeat_timeout)
    start.retry_policy.CopyFrom(options.retry_policy)
    if activity.heartbeat_details:
        start.heartbeat_details.extend(activity.heartbeat_details.payloads)
    return task


def pending_info(pending: "PendingActivity") -> PendingActivityInfo:
    """Describe an activity that has not ended."""
    state = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    if pending.is_started:
        state = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    if pending.is_cancel_requested:
        state = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
    if pending.is_paused:
        state = PendingActivityState.PENDING_ACTIVITY_STATE_PAUSED
    info = PendingActivityInfo(
        activity_id=pending.options.activity_id,
        activity_type=pending.options.activity_type,
        state=state,
        attempt=pending.attempt,
        maximum_attempts=pending.options.retry_policy.maximum_attempts,
        scheduled_time=stamp_of(pending.scheduled_ns),
        paused=pending.is_paused,
    )
    if pending.last_failure:
        info.last_failure.CopyFrom(pending.last_failure)
    return info
