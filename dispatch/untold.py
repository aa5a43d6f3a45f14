"""The outcome of a push whose run was ended from outside, read out of its history."""

from uuid import UUID

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription

from codat.models import PushStatus
from workflows.attributes import PUSH_OPERATION_KEY
from workflows.models import PushOutcome


async def untold(client: Client, description: WorkflowExecutionDescription) -> PushOutcome:
    """Unknown: the run was terminated, cancelled or timed out before it could tell its end."""
    handle = client.get_workflow_handle(description.id, run_id=description.run_id)
    submitted = False
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            name = event.activity_task_scheduled_event_attributes.activity_type.name
            submitted = submitted or name == "push"
    operation = description.typed_search_attributes.get(PUSH_OPERATION_KEY)
    how = description.status.name.lower().replace("_", " ") if description.status else "ended"
    sent = "a request had been sent" if submitted else "nothing had been sent by this run"
    return PushOutcome(
        status=PushStatus.UNKNOWN,
        message=f"The push was {how} from outside; {sent}.",
        push_operation_key=UUID(operation) if operation else None,
        submitted=submitted,
        may_still_land=submitted,
        requested_on_utc=description.start_time,
        completed_on_utc=description.close_time,
    )
