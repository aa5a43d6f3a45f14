"""What people, backends and Temporal did to a push, and how its runs ended, as moments."""

from datetime import UTC

from temporalio.api.enums.v1 import ContinueAsNewInitiator, EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo, WorkflowExecutionPauseInfo
from temporalio.converter import DataConverter

from dispatch.timeline.timeline import TimelineEvent, decoded, remarks, timeline_event, words
from workflows.models import PushOutcome, PushRequest

TASK_FAILED = "a workflow task failed"

_ENDS: dict[int, str] = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "cancelled from outside",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed out from outside",
}
_RESET = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
_BEGAN: dict[int, str] = {
    ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_WORKFLOW: (
        "went on in a new run, as its history had grown long"
    ),
    ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_RETRY: (
        "started again by a retry policy of Temporal's"
    ),
    ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE: (
        "started again by a cron schedule"
    ),
}


def asked(
    event: HistoryEvent,
    run: int,
    request: PushRequest | None,
    before: PushRequest | None,
    key_name: str | None = None,
) -> TimelineEvent:
    """Tell who asked for this run, by the name of an API key if there is one, and for what."""
    who = event.workflow_execution_started_event_attributes.identity
    who = f"API key {key_name}, {who}" if key_name else who
    if request is None:
        return timeline_event(event, run, "was started with an input that is no push request", who)
    began = _BEGAN.get(event.workflow_execution_started_event_attributes.initiator)
    if began:
        return timeline_event(event, run, began)
    minutes = request.timeout_in_minutes
    until = f"within {minutes} minutes" if minutes else "without a deadline"
    reasons = [f"because: {request.reason}"] if request.reason else []
    if not request.retry_of:
        return timeline_event(event, run, f"asked to {request.task}, {until}", who, texts=reasons)
    same = "the same" if before and before.digest == request.digest else "another"
    what = f"asked again, {until}, with {same} record{_word(request)}"
    return timeline_event(event, run, what, who, texts=reasons)


async def from_outside(
    converter: DataConverter, event: HistoryEvent, run: int
) -> TimelineEvent | None:
    """Tell what was done to a run that is under way, or how it was ended from outside."""
    done = await _done(converter, event)
    if done is None:
        return None
    what, who, text = done
    return timeline_event(event, run, what, who, texts=[text])


async def _done(converter: DataConverter, event: HistoryEvent) -> tuple[str, str, str] | None:
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            signal = event.workflow_execution_signaled_event_attributes
            is_news = signal.signal_name == "operation-updated"
            return ("heard that Codat has news of it", signal.identity, "") if is_news else None
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
            wish = event.workflow_execution_cancel_requested_event_attributes
            return "asked to cancel", wish.identity, wish.cause
        case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            is_reset = failed.cause == _RESET
            what = "reset to an earlier point" if is_reset else TASK_FAILED
            return what, failed.identity, await words(converter, failed.failure)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
            end = event.workflow_execution_terminated_event_attributes
            return "terminated from outside", end.identity, end.reason
        case _:
            what = _ENDS.get(event.event_type)
            return (what, "", "") if what else None


def paused_activity(pending: PendingActivityInfo, run: int) -> TimelineEvent | None:
    """Tell that an operator paused an activity: it sends and reads nothing until it is unpaused."""
    if not pending.paused:
        return None
    pause = pending.pause_info
    what = f"the activity {pending.activity_type.name} is paused; unpause it in Temporal to go on"
    at = pause.pause_time.ToDatetime(tzinfo=UTC)
    reason = (pause.manual.reason,) if pause.manual.reason else ()
    return TimelineEvent(at, run, what, pause.manual.identity, said=reason)


def paused_run(pause: WorkflowExecutionPauseInfo, run: int) -> TimelineEvent | None:
    """Tell that an operator paused the workflow: nothing goes on until it is unpaused."""
    if not pause.HasField("paused_time"):
        return None
    what = "the workflow is paused; unpause it in Temporal to go on"
    at = pause.paused_time.ToDatetime(tzinfo=UTC)
    return TimelineEvent(
        at, run, what, pause.identity, said=(pause.reason,) if pause.reason else ()
    )


async def told_end(converter: DataConverter, event: HistoryEvent, run: int) -> TimelineEvent | None:
    """Tell the end that the push itself has told."""
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        payloads, message = event.workflow_execution_completed_event_attributes.result.payloads, ""
    elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
        failure = event.workflow_execution_failed_event_attributes.failure
        payloads = failure.application_failure_info.details.payloads
        message = await words(converter, failure)
    else:
        return None
    outcome = await decoded(converter, payloads, PushOutcome)
    if outcome is None:
        return timeline_event(event, run, "ended as no push", texts=[message])
    texts = [outcome.message, *remarks(outcome.errors)]
    return timeline_event(event, run, f"ended {outcome.status.value}", texts=texts)


def _word(request: PushRequest) -> str:
    word = request.settlement
    if word and word.adopt:
        return f"; {word.by or 'somebody'} says that it is operation {word.adopt}"
    if word and word.not_written:
        return f"; {word.by or 'somebody'} says that nothing was written"
    return ""
