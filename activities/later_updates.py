"""Whether a later push updates the same record: then an older state must not follow."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError

from activities.models import Attempt
from activities.other_pushes import DATA_TYPE, requested_at, same_place
from activities.payload_context import converter_of
from activities.send_fence import not_sent
from activities.server_time import ServerTime
from activities.start_memo import read_start_memo
from activities.visibility import equals
from activities.wire import Wire
from codat.canonical_json import digest
from codat.kinds import PushKind, kind_of
from codat.models import PushTarget
from surepush_client.pushes import outcome_of

PROMPT = timedelta(seconds=0.5)
"""So soon after its push was requested a first update goes without a question: nothing held it up,
and hardly any other can have overtaken it."""

_DIGEST = SearchAttributeKey.for_keyword("PushDigest")
_OPERATION = SearchAttributeKey.for_keyword("PushOperationKey")
_STATUS = SearchAttributeKey.for_keyword("PushStatus")
_UNTOLD = "?"


@dataclass(frozen=True)
class Update:
    """What a push makes of a record; it was asked for at `since` (UTC), or in an earlier run."""

    workflow_id: str
    target: PushTarget
    record_id: str
    digest: str
    since: datetime


@dataclass(frozen=True)
class LaterUpdate:
    """A push that is newer, and since when it is asked for (UTC)."""

    workflow_id: str
    since: datetime


async def later_update(client: Client, update: Update) -> LaterUpdate | None:
    """Find a push that was asked for later, updates the same record, and did not fail.

    A push counts from the first run that had its present record: a retry makes nothing newer, a
    mended record does. What Temporal's list does not show yet is missed.
    """
    since = min(await _since(client, update.workflow_id, update.digest), update.since)
    seen = {update.workflow_id}
    query = f'{same_place(update.target)} AND StartTime>"{since.isoformat()}"'
    async for run in client.list_workflows(query):
        is_here = run.typed_search_attributes.get(DATA_TYPE) == update.target.data_type
        if run.id in seen or not is_here:
            continue
        seen.add(run.id)
        if await _record_of(client, run) in (update.record_id, _UNTOLD):
            later = await _standing(client, run.id)
            if later and later.since > since:
                return later
    return None


async def _standing(client: Client, workflow_id: str) -> LaterUpdate | None:
    """Say since when a push is asked for what it carries now; None if it wrote nothing, or waits.

    One that runs without an operation waits for its turn, as long as ours has it; but an earlier
    run of it, such as one that was terminated and retried, may have sent all the same.
    """
    # The list lags behind; what is asked of the push itself does not.
    run: WorkflowExecution | None = await client.get_workflow_handle(workflow_id).describe()
    is_running = run.status is WorkflowExecutionStatus.RUNNING
    if is_running and run.typed_search_attributes.get(_OPERATION) is None:
        run = await _earlier_run(client, run)
    if run is None or await _wrote_nothing(client, run):
        return None
    before = await _since(client, workflow_id, run.typed_search_attributes.get(_DIGEST) or "")
    return LaterUpdate(workflow_id, min(before, await requested_at(run)))


async def _earlier_run(client: Client, latest: WorkflowExecution) -> WorkflowExecution | None:
    """Give the last run before this one that did not go on in another."""
    goes_on = WorkflowExecutionStatus.CONTINUED_AS_NEW
    runs = [
        run
        async for run in client.list_workflows(equals("WorkflowId", latest.id))
        if run.run_id != latest.run_id and run.status is not goes_on
    ]
    return max(runs, key=lambda run: run.start_time, default=None)


async def _wrote_nothing(client: Client, run: WorkflowExecution) -> bool:
    known = run.typed_search_attributes
    if known.get(_STATUS) == "TimedOut" and known.get(_OPERATION) is None:
        handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(run.id, run_id=run.run_id)
        return not await _has_sent(handle)
    return known.get(_STATUS) == "Failed"


async def _has_sent(push: WorkflowHandle[Any, Any]) -> bool:
    """Tell whether a run that is over has sent a request; in doubt it has."""
    try:
        await push.result(follow_runs=False)
    except WorkflowFailureError as error:
        outcome = outcome_of(error)
        return outcome is None or outcome.submitted
    return True


async def _since(client: Client, workflow_id: str, carried: str) -> datetime:
    """Give the moment of the first listed run that had this record; the end of time if none has."""
    query = f"{equals('WorkflowId', workflow_id)} AND {equals('PushDigest', carried)}"
    moments = [await requested_at(run) async for run in client.list_workflows(query)]
    return min(moments, default=datetime.max.replace(tzinfo=UTC))


class _UpdateStart(Wire):
    """The part of a push request that says which record it updates."""

    kind: PushKind | None = None
    record_id: str | None = None


async def _record_of(client: Client, push: WorkflowExecution) -> str | None:
    """Read which record a push updates (None: it does something else), by its mark or its input."""
    memo = await read_start_memo(push)
    if memo:
        return memo.record_id
    run = client.get_workflow_handle(push.id, run_id=push.run_id)
    try:
        first = await anext(run.fetch_history_events(page_size=1))
        payloads = first.workflow_execution_started_event_attributes.input.payloads
        (start,) = await converter_of(client, push.id).decode(payloads, [_UpdateStart])
    except (RPCError, ValueError, ApplicationError):
        return _UNTOLD
    is_update = kind_of(start.kind, start.record_id) is PushKind.UPDATE
    return start.record_id if is_update else None


class LaterUpdates:
    """Asks before an update is sent that may be older than what the record has."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def check(self, attempt: Attempt, time: ServerTime) -> None:
        """Raise ApplicationError: `Superseded`, or `NotSent` when Temporal does not say.

        A first request that follows its push at once needs no question.
        """
        order = attempt.order
        if attempt.record_id is None or order is None:
            return
        if order.is_first and time.now() - order.requested_on_utc < PROMPT:
            return
        update = Update(
            workflow_id=activity.info().workflow_id or "",
            target=attempt.target,
            record_id=attempt.record_id,
            digest=digest(attempt.data),
            since=order.requested_on_utc,
        )
        try:
            later = await later_update(self._client, update)
        except RPCError as error:
            raise not_sent("Temporal does not say whether a later update was started.") from error
        if later:
            raise _superseded(later)


def _superseded(later: LaterUpdate) -> ApplicationError:
    push = later.workflow_id.removeprefix("push-")
    return ApplicationError(
        f"Superseded by push {push}, an update of the same record that was requested at "
        f"{later.since:%Y-%m-%d %H:%M:%S} UTC, so this older state was not sent. If it is wanted "
        "all the same, push it anew under another idempotency key.",
        type="Superseded",
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )
