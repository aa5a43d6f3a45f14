"""The outcome of a push whose run was ended from outside, read out of its histories."""

from uuid import UUID

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus

from activities.other_pushes import requested_at
from activities.recall import prior_runs_of
from activities.visibility import equals
from codat.models import PushStatus
from workflows.attributes import PUSH_OPERATION_KEY
from workflows.ledger_rebuild import rebuild_ledger
from workflows.models import PushOutcome


async def outcome_of_closed_run(
    client: Client, description: WorkflowExecutionDescription
) -> PushOutcome:
    """Unknown: the run was ended before it could tell its end; but a success of any run stays."""
    listed = [
        run.run_id async for run in client.list_workflows(equals("WorkflowId", description.id))
    ]
    # The list lags behind; the run that has just ended is known all the same.
    runs = list(dict.fromkeys([*listed, description.run_id]))
    memory = await prior_runs_of(client, description.id, runs)
    if memory.success:
        return PushOutcome.model_validate(memory.success.model_dump(by_alias=True))
    ledger = rebuild_ledger(memory)
    operation = description.typed_search_attributes.get(PUSH_OPERATION_KEY)
    return PushOutcome(
        status=PushStatus.UNKNOWN,
        message=_message(description, was_sent=ledger.was_sent),
        push_operation_key=UUID(operation) if operation else ledger.operation,
        submitted=ledger.was_sent,
        may_still_land=ledger.may_have_written,
        requested_on_utc=await requested_at(description),
        completed_on_utc=description.close_time,
    )


def _message(description: WorkflowExecutionDescription, *, was_sent: bool) -> str:
    ended = "Someone terminated this push"
    if description.status and description.status is not WorkflowExecutionStatus.TERMINATED:
        how = description.status.name.lower().replace("_", " ")
        ended = f"Temporal ended this push ({how})"
    when = "after it sent a request" if was_sent else "before it sent anything"
    return f"{ended} {when}. Retry it to find out what happened."
