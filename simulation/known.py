"""What a run has under way, as the core knows it."""

from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType, RetryState
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

Job = WorkflowActivationJob


@dataclass
class ActivityState:
    """An activity of a run, as the core knows it."""

    seq: int
    id: str
    type: str
    scheduled_event: int = 0
    is_resolved: bool = False

    def cancelled(self) -> Job:
        """Make the answer to a request to cancel it, which comes at once."""
        job = Job()
        job.resolve_activity.seq = self.seq
        failure = job.resolve_activity.result.cancelled.failure
        self.describe(failure, RetryState.RETRY_STATE_CANCEL_REQUESTED)
        failure.message = "Activity cancelled"
        failure.cause.message = "Activity cancelled"
        failure.cause.source = "CoreSDK"
        failure.cause.canceled_failure_info.SetInParent()
        return job

    def describe(self, failure: Failure, state: int, started: int = 0) -> None:
        """Say in a failure which activity it is about."""
        info = failure.activity_failure_info
        info.scheduled_event_id, info.started_event_id = self.scheduled_event, started
        info.activity_type.name, info.activity_id = self.type, self.id
        info.retry_state = state  # pyright: ignore[reportAttributeAccessIssue]


@dataclass
class Known:
    """What a run has under way, by numbers.

    `cancels` are requests to cancel other workflows than children.
    """

    activities: dict[int, ActivityState] = field(default_factory=dict[int, ActivityState])
    scheduled: dict[int, ActivityState] = field(default_factory=dict[int, ActivityState])
    timers: set[int] = field(default_factory=set[int])
    children: dict[int, int] = field(default_factory=dict[int, int])
    child_ids: dict[int, str] = field(default_factory=dict[int, str])
    signals: dict[int, int] = field(default_factory=dict[int, int])
    cancels: dict[int, int] = field(default_factory=dict[int, int])

    def apply(self, event: HistoryEvent, command: WorkflowCommand) -> str | None:
        """Note which event a command led to; gives what does not fit."""
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                attributes, schedule = (
                    event.activity_task_scheduled_event_attributes,
                    command.schedule_activity,
                )
                state = self.activities[schedule.seq]
                state.scheduled_event = event.event_id
                self.scheduled[event.event_id] = state
                there = (attributes.activity_id, attributes.activity_type.name)
                return _unlike(there, (schedule.activity_id, schedule.activity_type))
            case EventType.EVENT_TYPE_TIMER_STARTED:
                there = event.timer_started_event_attributes.timer_id
                return _unlike(there, str(command.start_timer.seq))
            case EventType.EVENT_TYPE_TIMER_CANCELED:
                there = event.timer_canceled_event_attributes.timer_id
                return _unlike(there, str(command.cancel_timer.seq))
            case EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
                child = command.start_child_workflow_execution
                self.children[event.event_id] = child.seq
                attributes = event.start_child_workflow_execution_initiated_event_attributes
                return _unlike(attributes.workflow_id, child.workflow_id)
            case EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
                self.signals[event.event_id] = command.signal_external_workflow_execution.seq
            case EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
                seq = command.request_cancel_external_workflow_execution.seq
                self.cancels[event.event_id] = seq
            case _:
                pass
        return None


def _unlike(there: object, here: object) -> str | None:
    return None if there == here else f"history says {there}, the workflow {here}"
