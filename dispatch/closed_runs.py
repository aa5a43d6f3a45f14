"""The outcome of a push whose run was ended from outside, read out of its histories."""

from typing import Any
from uuid import UUID

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
)

from activities.models import PushPolicy
from activities.other_pushes import requested_at
from activities.recall import prior_runs_of
from activities.start_memo import BELIEVED_FOR, START_HEADER, read_start_memo, start_header
from activities.visibility import equals
from codat.models import PushStatus
from workflows.attributes import PUSH_OPERATION_KEY
from workflows.ledger_rebuild import rebuild_ledger
from workflows.models import PushOutcome

LIST_LAG = PushPolicy().list_lag


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
    # Only what was long listed shows the runs before it; until then they may have sent.
    is_known = description.run_id in listed and _outlived_the_lag(description)
    is_known = is_known or await _was_first(client, description)
    ledger.unread = ledger.unread or not is_known
    operation = description.typed_search_attributes.get(PUSH_OPERATION_KEY)
    return PushOutcome(
        status=PushStatus.UNKNOWN,
        message=_message(description, was_sent=ledger.was_sent, is_known=is_known),
        push_operation_key=UUID(operation) if operation else ledger.operation,
        submitted=ledger.was_sent,
        may_still_land=ledger.may_have_written,
        requested_on_utc=await requested_at(description),
        completed_on_utc=description.close_time,
    )


def _outlived_the_lag(run: WorkflowExecutionDescription) -> bool:
    """Tell by the server's times alone whether a run was open longer than its list may lag."""
    return run.close_time is not None and run.close_time - run.start_time >= LIST_LAG


async def _was_first(client: Client, run: WorkflowExecutionDescription) -> bool:
    """Tell whether `dispatch` started this very run, so that there was none before it."""
    memo = await read_start_memo(run)
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(run.id, run_id=run.run_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    begun = first.workflow_execution_started_event_attributes
    is_one_of_many = begun.attempt != 1 or begun.cron_schedule or begun.continued_execution_run_id
    if memo is None or is_one_of_many or begun.original_execution_run_id != run.run_id:
        return False
    is_marked = begun.header.fields.get(START_HEADER) == start_header(memo)
    return is_marked and abs(memo.started_on_utc - run.start_time) <= BELIEVED_FOR


def _message(description: WorkflowExecutionDescription, *, was_sent: bool, is_known: bool) -> str:
    ended = "Someone terminated this push"
    if description.status and description.status is not WorkflowExecutionStatus.TERMINATED:
        how = description.status.name.lower().replace("_", " ")
        ended = f"Temporal ended this push ({how})"
    when = "after it sent a request" if was_sent else "before it sent anything"
    when = when if is_known else "perhaps after it sent a request"
    return f"{ended} {when}. Retry it to find out what happened."
