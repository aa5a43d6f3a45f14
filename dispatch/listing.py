"""The pushes that match a selection: one a push, its latest run, newest first."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from activities.other_pushes import requested_at
from activities.start_memo import read_start_memo
from activities.visibility import among
from codat.models import PushStatus
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.selection import Selection
from workflows.attributes import (
    COMPANY_ID,
    CONNECTION_ID,
    DATA_TYPE,
    PUSH_OPERATION_KEY,
    PUSH_REFERENCE,
    PUSH_STATUS,
    STARTED_BY,
)

MAX_RUNS = 20_000
"""The runs that one listing looks through."""

_DIGEST_LENGTH = 64
_IDS_AT_ONCE = 50
_WITHIN = 60.0


@dataclass(frozen=True)
class Listed:
    """A push as the list shows it; times are UTC."""

    push_id: UUID
    run_id: str
    status: PushStatus
    company: str
    connection: str
    data_type: str
    reference: str
    operation: str | None
    requested: datetime
    closed: datetime | None
    started_by: str = ""


@dataclass(frozen=True)
class Listing:
    """What was found; `is_cut` when there were more runs than are looked through."""

    pushes: list[Listed]
    is_cut: bool


async def list_pushes(client: Client, selection: Selection) -> Listing:
    """Give the pushes whose latest run matches; RPCError when the server refuses the query."""
    async with asyncio.timeout(_WITHIN):
        matched = await _matched(client, selection)
        runs = await _among(client, matched) if selection.is_narrow else matched
    wanted = {run.run_id for run in matched}
    by_id = {run.run_id: run for run in runs}
    pushes = [
        await _told(push, by_id[push.run_id]) for push in _pushes(runs) if push.run_id in wanted
    ]
    # Not every value can be said to the server: it may list more.
    pushes = [push for push in pushes if selection.data_type in (None, push.data_type)]
    # A run that only went on since then is no newer request.
    pushes = [
        push for push in pushes if selection.since is None or push.requested >= selection.since
    ]
    pushes.sort(key=lambda push: (push.requested, push.push_id), reverse=True)
    return Listing(pushes, is_cut=len(matched) >= MAX_RUNS)


async def pushes_named(client: Client, push_ids: Iterable[UUID]) -> list[Listed]:
    """Give the pushes of these ids as their latest runs stand, without what is not listed."""
    ids = sorted(f"push-{push_id}" for push_id in push_ids)
    runs = [
        run
        for begin in range(0, len(ids), _IDS_AT_ONCE)
        for run in await _runs(client, among("WorkflowId", ids[begin : begin + _IDS_AT_ONCE]))
    ]
    by_id = {run.run_id: run for run in runs}
    return [await _told(push, by_id[push.run_id]) for push in _pushes(runs)]


def status_of_run(run: WorkflowExecution) -> PushStatus:
    """Tell how a run stands; one that was ended from outside can't say, so it is Unknown."""
    return status_of(run.status, run.typed_search_attributes.get(PUSH_STATUS, ""))


def status_of(execution: WorkflowExecutionStatus | None, stated: str) -> PushStatus:
    """Tell how a run stands by Temporal's status of it and the one that it told itself."""
    if execution in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW}:
        return PushStatus.PENDING
    if execution is WorkflowExecutionStatus.COMPLETED:
        return PushStatus.SUCCESS
    status = PushStatus(stated)
    # A run that failed and says Success was refused: an earlier one had succeeded.
    is_told = status in {PushStatus.FAILED, PushStatus.TIMED_OUT, PushStatus.SUCCESS}
    is_failed = execution is WorkflowExecutionStatus.FAILED
    return status if is_failed and is_told else PushStatus.UNKNOWN


async def _runs(client: Client, clause: str) -> list[WorkflowExecution]:
    found = client.list_workflows(clause, limit=MAX_RUNS)
    # An operator's own condition may reach further than pushes.
    return [run async for run in found if run.workflow_type == "push"]


async def _matched(client: Client, selection: Selection) -> list[WorkflowExecution]:
    if selection.started_by is None:
        return await _runs(client, selection.clause)
    asked_for = await _runs(client, selection.caller_clause)
    exactly = [run for run in asked_for if _caller(run) == selection.started_by]
    return await _among(client, exactly, selection.clause)


def _caller(run: WorkflowExecution) -> str:
    return run.typed_search_attributes.get(STARTED_BY, "")


async def _among(
    client: Client, runs: Sequence[WorkflowExecution], clause: str = ""
) -> list[WorkflowExecution]:
    """Give all runs of the same pushes, of which one may be the latest, that match the clause."""
    found: list[WorkflowExecution] = []
    ids = sorted({run.id for run in runs if _push_id(run)})
    for begin in range(0, len(ids), _IDS_AT_ONCE):
        named = among("WorkflowId", ids[begin : begin + _IDS_AT_ONCE])
        found += await _runs(client, f"{clause} AND {named}" if clause else named)
    return found


def _pushes(runs: Iterable[WorkflowExecution]) -> Iterable[Listed]:
    latest: dict[UUID, Listed] = {}
    for run in sorted(runs, key=lambda run: run.start_time):
        push_id = _push_id(run)
        if push_id is not None:
            latest[push_id] = _listed(push_id, run)
    return latest.values()


async def _told(push: Listed, run: WorkflowExecution) -> Listed:
    """Add what the memo knows; a push whose memo can't be read here is listed without."""
    try:
        reference = await _reference(run, push.reference)
        return replace(push, reference=reference, requested=await requested_at(run))
    except UndecryptablePayload:
        return push


async def _reference(run: WorkflowExecution, known: str) -> str:
    """Give the caller's key, which is in the memo when a push is found by its digest only."""
    if len(known) != _DIGEST_LENGTH:
        return known
    memo = await read_start_memo(run)
    return (memo and memo.reference) or known


def _listed(push_id: UUID, run: WorkflowExecution) -> Listed:
    known = run.typed_search_attributes
    return Listed(
        push_id=push_id,
        run_id=run.run_id,
        status=status_of_run(run),
        company=known.get(COMPANY_ID, ""),
        connection=known.get(CONNECTION_ID, ""),
        data_type=known.get(DATA_TYPE, ""),
        reference=known.get(PUSH_REFERENCE, ""),
        operation=known.get(PUSH_OPERATION_KEY),
        requested=run.start_time,
        closed=run.close_time,
        started_by=_caller(run),
    )


def _push_id(run: WorkflowExecution) -> UUID | None:
    try:
        return UUID(run.id.removeprefix("push-"))
    except ValueError:
        return None
