"""The jobs of an activation, made of the events of a history."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType, RetryState, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause as Cause
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from simulation.randomness import seed_of

Job = WorkflowActivationJob
_EXISTS = "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS"


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
    """What a run has under way: activities, timers and children by their numbers."""

    activities: dict[int, ActivityState] = field(default_factory=dict[int, ActivityState])
    scheduled: dict[int, ActivityState] = field(default_factory=dict[int, ActivityState])
    timers: set[int] = field(default_factory=set[int])
    children: dict[int, int] = field(default_factory=dict[int, int])

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
            case _:
                return None


def _unlike(there: object, here: object) -> str | None:
    return None if there == here else f"history says {there}, the workflow {here}"


class JobMaker:
    """Turns what happened to a run into jobs."""

    def __init__(self, known: Known, workflow_id: str) -> None:
        self._known = known
        self._workflow_id = workflow_id

    def jobs(self, event: HistoryEvent) -> list[Job]:
        """Give the jobs of one event, mostly one or none."""
        job = Job()
        kind = event.event_type
        if kind in _ACTIVITY_ENDS:
            return self._activity(event, job)
        match kind:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                self._start(event, job)
            case EventType.EVENT_TYPE_TIMER_FIRED:
                seq = int(event.timer_fired_event_attributes.timer_id)
                if seq not in self._known.timers:
                    return []
                self._known.timers.discard(seq)
                job.fire_timer.seq = seq
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                signal = event.workflow_execution_signaled_event_attributes
                job.signal_workflow.signal_name = signal.signal_name
                job.signal_workflow.input.extend(signal.input.payloads)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
                attributes = event.workflow_execution_cancel_requested_event_attributes
                job.cancel_workflow.reason = attributes.cause
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                failed = event.workflow_task_failed_event_attributes
                if (
                    failed.cause
                    != WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
                ):
                    return []
                job.update_random_seed.randomness_seed = seed_of(failed.new_run_id)
            case _:
                return self._child(event, job)
        return [job]

    def _activity(self, event: HistoryEvent, job: Job) -> list[Job]:
        attributes = getattr(event, _ACTIVITY_ENDS[event.event_type])
        state = self._known.scheduled[attributes.scheduled_event_id]
        if state.is_resolved:
            return []
        state.is_resolved = True
        job.resolve_activity.seq = state.seq
        result = job.resolve_activity.result
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                result.completed.SetInParent()
                if attributes.result.payloads:
                    result.completed.result.CopyFrom(attributes.result.payloads[0])
            case EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
                return [state.cancelled()]
            case _:
                failure = result.failed.failure
                state.describe(failure, attributes.retry_state, attributes.started_event_id)
                is_late = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT
                failure.message = "Activity task timed out" if is_late else "Activity task failed"
                failure.cause.CopyFrom(attributes.failure)
        return [job]

    def _child(self, event: HistoryEvent, job: Job) -> list[Job]:
        match event.event_type:
            case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
                begun = event.child_workflow_execution_started_event_attributes
                start = job.resolve_child_workflow_execution_start
                start.seq = self._known.children[begun.initiated_event_id]
                start.succeeded.run_id = begun.workflow_execution.run_id
            case EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
                failed = event.start_child_workflow_execution_failed_event_attributes
                start = job.resolve_child_workflow_execution_start
                start.seq = self._known.children[failed.initiated_event_id]
                start.failed.workflow_id = failed.workflow_id
                start.failed.workflow_type = failed.workflow_type.name
                start.failed.cause = Cause.Value(_EXISTS)
            case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
                done = event.child_workflow_execution_completed_event_attributes
                end = job.resolve_child_workflow_execution
                end.seq = self._known.children[done.initiated_event_id]
                end.result.completed.SetInParent()
                if done.result.payloads:
                    end.result.completed.result.CopyFrom(done.result.payloads[0])
            case _:
                return []
        return [job]

    def _start(self, event: HistoryEvent, job: Job) -> None:
        begun = event.workflow_execution_started_event_attributes
        start = job.initialize_workflow
        start.workflow_type, start.workflow_id = begun.workflow_type.name, self._workflow_id
        start.arguments.extend(begun.input.payloads)
        start.randomness_seed = seed_of(begun.original_execution_run_id)
        for name, payload in begun.header.fields.items():
            start.headers[name].CopyFrom(payload)
        start.continued_from_execution_run_id = begun.continued_execution_run_id
        start.continued_initiator = begun.initiator
        start.first_execution_run_id = begun.first_execution_run_id
        start.original_execution_run_id = begun.original_execution_run_id
        start.attempt, start.cron_schedule = begun.attempt, begun.cron_schedule
        start.memo.CopyFrom(begun.memo)
        start.search_attributes.CopyFrom(begun.search_attributes)
        start.start_time.CopyFrom(event.event_time)
        start.workflow_task_timeout.CopyFrom(begun.workflow_task_timeout)
        start.priority.CopyFrom(begun.priority)
        if begun.HasField("retry_policy"):
            start.retry_policy.CopyFrom(begun.retry_policy)
        if begun.HasField("workflow_run_timeout"):
            start.workflow_run_timeout.CopyFrom(begun.workflow_run_timeout)
        if begun.HasField("workflow_execution_timeout"):
            start.workflow_execution_timeout.CopyFrom(begun.workflow_execution_timeout)


_ACTIVITY_ENDS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "activity_task_completed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "activity_task_failed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "activity_task_timed_out_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "activity_task_canceled_event_attributes",
}


_RANKS = {
    "initialize_workflow": 0,
    "notify_has_patch": 1,
    "update_random_seed": 2,
    "signal_workflow": 3,
    "do_update": 3,
}


def _rank(job: WorkflowActivationJob) -> int:
    kind = job.WhichOneof("variant") or ""
    if kind == "resolve_activity" and job.resolve_activity.is_local:
        return 5
    return _RANKS.get(kind, 4)


def in_order(jobs: Iterable[WorkflowActivationJob]) -> list[WorkflowActivationJob]:
    """Sort the jobs of one activation as the core does."""
    return sorted(jobs, key=_rank)
