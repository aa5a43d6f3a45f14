"""The runs of one push: what each was asked, and which of them speaks for the push."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistoryEventFilterType,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.payload_context import converter_of
from activities.start_memo import read_start_memo
from activities.visibility import equals
from surepush_client.pushes import REFUSED_INPUT
from workflows.attributes import COMPANY_ID, CONNECTION_ID, DATA_TYPE
from workflows.models import PushRequest


@dataclass(frozen=True)
class First:
    """What the caller sent first: the record's SHA-256, where to, and to create or update what."""

    digest: str
    place: tuple[str | None, ...]

    def is_of_another(self, request: PushRequest) -> bool:
        """Whether the request is another push's though it has the same id: a text cut elsewhere."""
        pairs = zip(self.place, _place_of(request), strict=True)
        return any(ours is not None and ours != theirs for ours, theirs in pairs)


@dataclass(frozen=True)
class Asked:
    """A run and the push that it was asked for."""

    run: WorkflowExecution
    request: PushRequest


async def asked_of(
    client: Client, workflow_id: str, run_id: str | None = None
) -> PushRequest | None:
    """Read what a run was asked, the latest unless one is named; None when that is no such push.

    RPCError, also for a run that the namespace has forgotten.
    """
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id, run_id=run_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    payloads = first.workflow_execution_started_event_attributes.input.payloads
    try:
        (request,) = await converter_of(client, workflow_id).decode(payloads, [PushRequest])
    except (ValueError, ApplicationError):
        return None
    if not isinstance(request, PushRequest) or request.idempotency_key is None:
        return None
    return request if request.workflow_id == workflow_id else None


async def speaking(
    client: Client,
    latest: WorkflowExecution,
    read: Callable[[Client, str, str], Awaitable[PushRequest | None]] = asked_of,
) -> Asked | None:
    """Give the run that speaks for a push: the last one that was asked for it, mostly the latest.

    A run that somebody started by hand with a mistyped input did nothing and tells nothing.
    `read` gives what a run was asked, as `asked_of` does.
    """
    request = await read(client, latest.id, latest.run_id)
    if request and not await _was_refused(client, latest):
        return Asked(latest, request)
    return await last_asked(client, latest.id)


async def last_asked(client: Client, workflow_id: str) -> Asked | None:
    """Give the last listed run that was asked for this push; None when there is none."""
    for run in reversed(await _runs_of(client, workflow_id)):
        request = await _readable(client, run)
        if request and not await _was_refused(client, run):
            return Asked(run, request)
    return None


async def first_of(client: Client, latest: WorkflowExecution) -> First | None:
    """Give what the caller sent first; None when no run can tell.

    A run that was started by hand bears no mark, and may have been given a mended record: then
    the oldest run that can tell is asked.
    """
    first = await _told_first(client, latest, by_memo=True)
    if first:
        return first
    # The list lags behind; the latest run is known all the same.
    for run in [*await _runs_of(client, latest.id), latest]:
        first = await _told_first(client, run, by_memo=False)
        if first:
            return first
    return None


def _place_of(request: PushRequest) -> tuple[str | None, ...]:
    target = request.target
    return str(target.company_id), str(target.connection_id), target.data_type, request.kind_path


async def _told_first(client: Client, run: WorkflowExecution, *, by_memo: bool) -> First | None:
    """Read what the caller sent first by a run's memo, or (not `by_memo`) by its input also.

    Anybody can write a memo: it counts only where the run's input does not contradict it.
    """
    memo, sent = await read_start_memo(run), await _readable(client, run)
    if memo and (sent is None or memo.first_digest in (sent.first_digest, sent.digest)):
        known = run.typed_search_attributes
        place = (known.get(COMPANY_ID), known.get(CONNECTION_ID), known.get(DATA_TYPE), memo.kind)
        return First(memo.first_digest, place)
    if by_memo or sent is None:
        return None
    return First(sent.first_digest or sent.digest, _place_of(sent))


async def _was_refused(client: Client, run: WorkflowExecution) -> bool:
    """Tell whether a run ended because of its input, so that it tells nothing of the push."""
    if run.status is not WorkflowExecutionStatus.FAILED:
        return False
    closing = client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events(
        event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT
    )
    failures = [event.workflow_execution_failed_event_attributes.failure async for event in closing]
    return any(failure.application_failure_info.type in REFUSED_INPUT for failure in failures)


async def _runs_of(client: Client, workflow_id: str) -> list[WorkflowExecution]:
    runs = [run async for run in client.list_workflows(equals("WorkflowId", workflow_id))]
    return sorted(runs, key=lambda run: run.start_time)


async def _readable(client: Client, run: WorkflowExecution) -> PushRequest | None:
    try:
        return await asked_of(client, run.id, run.run_id)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None  # forgotten, and still listed
        raise
