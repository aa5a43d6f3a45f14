"""The jobs of an activation, made of the events of a history."""

from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob

from simulation.known import Job, Known
from simulation.other_workflow_jobs import other_workflow_jobs
from simulation.randomness import seed_of


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
                return other_workflow_jobs(self._known, event)
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
