"""The jobs of an activation about other workflows: children, signals, requests to cancel."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause as Cause

from simulation.known import Job, Known

_EXISTS = "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS"
_CHILD_ENDS = {
    EventType.Value(f"EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_{name.upper()}"): (
        f"child_workflow_execution_{name}_event_attributes"
    )
    for name in ("completed", "failed", "canceled", "timed_out", "terminated")
}

_SIGNAL_ENDS = {
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED: (
        "external_workflow_execution_signaled_event_attributes"
    ),
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED: (
        "signal_external_workflow_execution_failed_event_attributes"
    ),
}
_CANCEL_ENDS = {
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED: (
        "external_workflow_execution_cancel_requested_event_attributes"
    ),
    EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED: (
        "request_cancel_external_workflow_execution_failed_event_attributes"
    ),
}


def other_workflow_jobs(known: Known, event: HistoryEvent) -> list[Job]:
    """Give the job of an event about another workflow, if it is one."""
    job = Job()
    match event.event_type:
        case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
            begun = event.child_workflow_execution_started_event_attributes
            start = job.resolve_child_workflow_execution_start
            start.seq = known.children[begun.initiated_event_id]
            start.succeeded.run_id = begun.workflow_execution.run_id
        case EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
            failed = event.start_child_workflow_execution_failed_event_attributes
            start = job.resolve_child_workflow_execution_start
            start.seq = known.children[failed.initiated_event_id]
            start.failed.workflow_id = failed.workflow_id
            start.failed.workflow_type = failed.workflow_type.name
            start.failed.cause = Cause.Value(_EXISTS)
        case kind if kind in _SIGNAL_ENDS:
            _signalled(known, event, job)
        case kind if kind in _CANCEL_ENDS:
            # A child answers by its end, so nobody waits to hear that it was asked.
            if not _cancel_asked(known, event, job):
                return []
        case kind if kind in _CHILD_ENDS:
            _child_ended(known, event, job)
        case _:
            return []
    return [job]


def _signalled(known: Known, event: HistoryEvent, job: Job) -> None:
    attributes = getattr(event, _SIGNAL_ENDS[event.event_type])
    answer = job.resolve_signal_external_workflow
    answer.seq = known.signals[attributes.initiated_event_id]
    if event.event_type == EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
        answer.failure.message = "Unable to signal external workflow because it was not found"
        answer.failure.application_failure_info.type = "ExternalWorkflowExecutionNotFound"


def _cancel_asked(known: Known, event: HistoryEvent, job: Job) -> bool:
    attributes = getattr(event, _CANCEL_ENDS[event.event_type])
    seq = known.cancels.get(attributes.initiated_event_id)
    if seq is None:
        return False
    answer = job.resolve_request_cancel_external_workflow
    answer.seq = seq
    if event.event_type == EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
        answer.failure.message = "Unable to cancel external workflow because not found"
        answer.failure.application_failure_info.type = "ExternalWorkflowExecutionNotFound"
    return True


def _child_ended(known: Known, event: HistoryEvent, job: Job) -> None:
    ended = getattr(event, _CHILD_ENDS[event.event_type])
    resolved = job.resolve_child_workflow_execution
    resolved.seq = known.children[ended.initiated_event_id]
    match event.event_type:
        case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
            resolved.result.completed.SetInParent()
            if ended.result.payloads:
                resolved.result.completed.result.CopyFrom(ended.result.payloads[0])
            return
        case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
            failure = resolved.result.cancelled.failure
            failure.cause.canceled_failure_info.SetInParent()
        case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
            failure = resolved.result.failed.failure
            failure.cause.CopyFrom(ended.failure)
        case EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
            failure = resolved.result.failed.failure
            failure.cause.terminated_failure_info.SetInParent()
        case _:
            failure = resolved.result.failed.failure
            failure.cause.timeout_failure_info.SetInParent()
    failure.message = "Child Workflow execution failed"
    info = failure.child_workflow_execution_failure_info
    info.workflow_execution.CopyFrom(ended.workflow_execution)
    info.workflow_type.CopyFrom(ended.workflow_type)
    info.initiated_event_id = ended.initiated_event_id
