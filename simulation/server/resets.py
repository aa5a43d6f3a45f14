"""A reset: a new run with the history of another one up to a workflow task."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent

from simulation.server.clock import seconds_of
from simulation.server.run import Run
from simulation.server.run_values import set_attributes, set_memo

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer

TASK_ENDS = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)
_ACTIVITY_ENDS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "activity_task_completed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "activity_task_failed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "activity_task_timed_out_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "activity_task_canceled_event_attributes",
}


@dataclass
class ResetRun:
    """A run that was made by a reset and has not begun."""

    server: "SimulatedServer"
    run: Run
    timers: dict[str, HistoryEvent]
    activities: dict[int, HistoryEvent]

    def begin(self) -> None:
        """Let it be found, go on with what was under way, and have a worker look at it."""
        server, run = self.server, self.run
        server.add_run(run)
        now = run.clock.now_ns()
        for timer_id, event in self.timers.items():
            due = (
                event.event_time.ToNanoseconds()
                + seconds_of(event.timer_started_event_attributes.start_to_fire_timeout) * 1e9
            )
            server.start_timer(run, timer_id, event.event_id, (due - now) / 1e9)
        for event in self.activities.values():
            server.matching.schedule_activity(run, event)
        server.tasks.schedule(run)


def reset(server: "SimulatedServer", base: Run, finish_event: int, reason: str) -> ResetRun:
    """Make the new run; ValueError for an event that ends no workflow task."""
    # A task that is under way may be the point, too; then it has no end yet.
    events = base.history[: finish_event - 1]
    started = events[-1]
    if started.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
        raise ValueError(f"Event {finish_event} ends no workflow task.")
    run = Run(base.clock, base.workflow_id, server.new_run_id())
    run.first_ns = base.clock.now_ns()
    for event in events:
        copy = HistoryEvent()
        copy.CopyFrom(event)
        run.history.append(copy)
    run.tasks_given = base.tasks_given
    made = ResetRun(server, run, {}, {})
    for event in run.history:
        _replay(made, event)
    task = started.workflow_task_started_event_attributes
    failure = Failure(message=reason)
    failure.reset_workflow_failure_info.SetInParent()
    run.append(
        EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
        scheduled_event_id=task.scheduled_event_id,
        started_event_id=started.event_id,
        cause=WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
        failure=failure,
        identity="history-service",
        base_run_id=base.run_id,
        new_run_id=run.run_id,
    )
    _reapply(run, base.history[finish_event - 1 :])
    server.tell(f"{run.workflow_id} is reset before event {finish_event} to run {run.run_id[:8]}")
    return made


def _replay(made: ResetRun, event: HistoryEvent) -> None:
    """Find out from an event what the run has under way."""
    run = made.run
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            begun = event.workflow_execution_started_event_attributes
            run.memo = dict(begun.memo.fields)
            run.attributes = dict(begun.search_attributes.indexed_fields)
        case EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
            upsert = event.upsert_workflow_search_attributes_event_attributes
            set_attributes(run, upsert.search_attributes)
        case EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
            modified = event.workflow_properties_modified_event_attributes
            set_memo(run, modified.upserted_memo)
        case EventType.EVENT_TYPE_TIMER_STARTED:
            made.timers[event.timer_started_event_attributes.timer_id] = event
            run.timer_events[event.timer_started_event_attributes.timer_id] = event.event_id
        case EventType.EVENT_TYPE_TIMER_FIRED:
            made.timers.pop(event.timer_fired_event_attributes.timer_id, None)
        case EventType.EVENT_TYPE_TIMER_CANCELED:
            made.timers.pop(event.timer_canceled_event_attributes.timer_id, None)
        case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            made.activities[event.event_id] = event
        case kind if kind in _ACTIVITY_ENDS:
            ended = getattr(event, _ACTIVITY_ENDS[kind])
            made.activities.pop(ended.scheduled_event_id, None)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
            run.is_cancel_requested = True
        case _:
            pass


def _reapply(run: Run, later: list[HistoryEvent]) -> None:
    """Write the signals anew that came after the reset point."""
    for event in later:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            signal = event.workflow_execution_signaled_event_attributes
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
                signal_name=signal.signal_name,
                input=signal.input,
                identity=signal.identity,
            )
