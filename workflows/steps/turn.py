"""An update waits until no older update of its record is under way."""

from datetime import datetime, timedelta
from itertools import takewhile
from uuid import uuid5

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from codat.kinds import PushKind
    from workflows.carried_state import Turn
    from workflows.models import PUSH_NAMESPACE, Ordering, PushRequest
    from workflows.other_workflow import done_apart
    from workflows.outcomes import check_superseded, check_time
    from workflows.state import PushState
    from workflows.turn import TurnWorkflow
    from workflows.update_line import TurnEntry, TurnExit, fields_of
    from workflows.waiting import show_stage

JOIN_AGAIN = timedelta(minutes=15)
"""How long to wait for the turn before asking again: what gives the turns may be terminated."""

MAX_FIELDS = 500
"""So many fields of a record are compared with those of another update."""


async def take_turn(state: PushState) -> None:
    """Wait for the turn of an update; raises Ended when a newer one took its place, or in time."""
    if state.request.push_kind is not PushKind.UPDATE:
        return
    if state.carried.turn is None:
        await _join_line(state)
    while state.must_give_turn_back:
        await _give_back(state)
    check_superseded(state)


async def keep_turn(state: PushState) -> None:
    """Keep the turn for the next run of this push."""
    if state.carried.turn is Turn.CHILD:
        await _signal(state.request, "keep")
        state.carried.turn = Turn.SIGNAL


async def leave_turn(state: PushState, *, wrote: bool) -> None:
    """Give the turn back; where it is held by a child, the server does so."""
    is_in_line = state.turn_token or state.carried.turn
    if is_in_line and state.carried.turn is not Turn.CHILD:
        gone = TurnExit(workflow_id=workflow.info().workflow_id, wrote=wrote)
        await _signal(state.request, "finished", gone)


async def _give_back(state: PushState) -> None:
    """Let an older update go first, and wait for the turn again."""
    state.carried.turn, state.turn_answer = None, None
    state.turn_token = str(workflow.uuid4())
    if await _signal(state.request, "give-back", _entry(state)):
        await _until_told(state)
    await _join_line(state)


async def _join_line(state: PushState) -> None:
    check_time(state)
    state.turn_token = state.turn_token or str(workflow.uuid4())
    entry = _entry(state)
    while state.turn_answer is None:
        if await _start(state.request, entry):
            state.carried.turn = Turn.CHILD
            return
        if await _signal(state.request, "join", entry):
            await _until_told(state)
    state.carried.turn = Turn.SIGNAL


async def _start(request: PushRequest, entry: TurnEntry) -> bool:
    """Begin a line with this update; False when there is one."""
    failure = await done_apart(
        workflow.start_child_workflow(
            TurnWorkflow.run,
            entry,
            id=_turn_id(request),
            parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
            static_summary=f"updates of {request.data_type}, one after the other",
        )
    )
    if failure and not isinstance(failure, WorkflowAlreadyStartedError):
        raise failure
    return failure is None


async def _signal(request: PushRequest, name: str, *message: object) -> bool:
    """Tell the line something; False when there is none."""
    line = workflow.get_external_workflow_handle(_turn_id(request))
    failure = await done_apart(line.signal(name, args=message))
    if failure and not isinstance(failure, FailureError):
        raise failure
    return failure is None


async def _until_told(state: PushState) -> None:
    """Wait for the answer, not beyond the deadline; raises Ended when that passes."""
    left = state.deadline.left
    show_stage(state, "wait-for-turn", "An older update of the same record goes first.")
    try:
        await workflow.wait_condition(
            lambda: state.turn_answer is not None,
            timeout=JOIN_AGAIN if left is None else max(min(left, JOIN_AGAIN), timedelta()),
            timeout_summary="waiting for an older update of the same record",
        )
    except TimeoutError:
        check_time(state)


def _entry(state: PushState) -> TurnEntry:
    fields = fields_of(state.request.data, MAX_FIELDS)
    return TurnEntry(
        workflow_id=workflow.info().workflow_id,
        token=state.turn_token,
        since=_requested(state),
        latest=state.request.ordering is Ordering.LATEST,
        fields=fields,
    )


def _requested(state: PushState) -> datetime:
    """Say when this state of the record was first asked for: a reset or a retry is no newer."""
    requested = state.carried.requested_on_utc
    if state.is_reset:
        before = state.request.resume
        first = before.requested_on_utc if before else workflow.info().workflow_start_time
        return min(requested, first)
    digest = state.request.frozen_digest
    latest_first = reversed(state.ledger.submissions)
    same = list(takewhile(lambda submission: submission.digest == digest, latest_first))
    return min(requested, same[-1].first_scheduled) if same else requested


def _turn_id(request: PushRequest) -> str:
    """Name the workflow of the record's turns; workers of one task queue give them."""
    queue = workflow.info().task_queue
    place = (queue, str(request.company_id), str(request.connection_id), request.data_type)
    return f"push-turn-{uuid5(PUSH_NAMESPACE, '/'.join((*place, request.record_id or '')))}"
