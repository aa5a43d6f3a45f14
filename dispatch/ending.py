"""How one run of a push ended, whatever began since; no worker is asked, and nothing waits."""

from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle, WorkflowHistoryEventFilterType
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.payload_context import converter_of
from dispatch.closed_runs import outcome_of_closed_run
from dispatch.pushes import InvalidPushRequest, NoSuchPush, Push
from surepush_client.pushes import REFUSED_INPUT
from workflows.models import PushOutcome

_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
_FAILED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED


async def ending_of(push: Push, run_id: str) -> PushOutcome:
    """Read how a run that is over ended; NoSuchPush, NotAPush, Missing, Unreadable."""
    handle: WorkflowHandle[Any, Any] = push.client.get_workflow_handle(
        push.workflow_id, run_id=run_id
    )
    closing = handle.fetch_history_events(
        event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT
    )
    try:
        async for event in closing:
            outcome = await _told(converter_of(push.client, push.workflow_id), event)
            if outcome:
                return outcome
        return await outcome_of_closed_run(push.client, await handle.describe())
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NoSuchPush(f"There is no push {push.push_id}.") from None
        raise


async def _told(converter: DataConverter, event: HistoryEvent) -> PushOutcome | None:
    """Read the outcome that a run ended with; None when it was ended from outside."""
    if event.event_type == _COMPLETED:
        payloads = event.workflow_execution_completed_event_attributes.result.payloads
        (outcome,) = await converter.decode(payloads, [PushOutcome])
        return outcome
    if event.event_type != _FAILED:
        return None
    failure = event.workflow_execution_failed_event_attributes.failure
    error = await converter.decode_failure(failure)
    if not isinstance(error, ApplicationError):
        return None
    if error.type in REFUSED_INPUT:
        raise InvalidPushRequest(error.message)
    return PushOutcome.model_validate(error.details[0]) if error.details else None
