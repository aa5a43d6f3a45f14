"""A company's pushes from Temporal's visibility: one entry a push, newest first, paged."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.client import Client, WorkflowExecution

from activities.other_pushes import requested_at
from activities.visibility import equals
from codat.clock import utc_now
from codat.models import DATA_TYPES
from dispatch.listing import status_of_run
from dispatch.payloads.encryption import UndecryptablePayload
from gateway.api.operations import UnknownAs, operation_data_type, reason_shown, shown_as
from gateway.api.query import Condition, Row, Term, certain_terms
from gateway.api.schemas import STATUS_CODES, Operation
from workflows.attributes import CONNECTION_ID, DATA_TYPE, PUSH_OPERATION_KEY

MAX_RUNS = 10_000
"""The newest runs of a company that a list looks through; older ones only by a narrower query."""

_A_TURN = 100
_A_PAGE = 200

_AT_LEAST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class FoundOperations:
    """The pushes that match, and the run that speaks for each.

    `is_cut`: there are older ones that were not looked at.
    """

    operations: list[Operation]
    is_cut: bool
    runs: dict[UUID, WorkflowExecution]


async def find_operations(
    client: Client, company: UUID, condition: Condition, unknown_as: UnknownAs
) -> FoundOperations:
    """Give the matching pushes of a company, newest first."""
    runs, is_cut = await _newest_runs(client, _where(company, certain_terms(condition)))
    found: list[Operation] = []
    by_key: dict[UUID, WorkflowExecution] = {}
    for number, run in enumerate(_latest(runs), 1):
        row = await _operation(run, company, unknown_as)
        if row and condition.matches(_row(row)):
            found.append(row)
            by_key[row.push_operation_key] = run
        if number % _A_TURN == 0:
            await asyncio.sleep(0)  # others have their turn
    found.sort(key=lambda row: (row.requested_on_utc, row.push_operation_key.int), reverse=True)
    return FoundOperations(found, is_cut, by_key)


def _where(company: UUID, terms: Iterable[Term]) -> str:
    """Let the server leave out what can't match; what holds of all runs of a push, that is."""
    clauses = [equals("WorkflowType", "push"), equals("CompanyId", company)]
    for term in terms:
        match term.field, term.operator, term.value:
            case "requestedonutc", ">" | ">=" | "=", datetime() as since:
                clauses.append(f'StartTime>="{max(since, _AT_LEAST).isoformat()}"')
            case "dataconnectionkey", "=", str(text) if _uuid(text):
                clauses.append(equals("ConnectionId", _uuid(text)))
            case "datatype", "=", str(text) if text in _DATA_TYPES:
                clauses.append(equals("DataType", _DATA_TYPES[text]))
            case _:
                pass
    return " AND ".join(clauses)


_DATA_TYPES = {name.lower(): name for name in DATA_TYPES}


async def _newest_runs(client: Client, where: str) -> tuple[list[WorkflowExecution], bool]:
    async with asyncio.timeout(20):
        total = (await client.count_workflows(where)).count
        if total <= MAX_RUNS:
            return [run async for run in _listed(client, where, MAX_RUNS)], False
        since = await _since(client, where)
        clause = f'{where} AND StartTime>="{since.isoformat()}"'
        return [run async for run in _listed(client, clause, 2 * MAX_RUNS)], True


def _listed(client: Client, where: str, limit: int) -> AsyncIterator[WorkflowExecution]:
    # Pages that are read in one turn, each.
    return client.list_workflows(where, limit=limit, page_size=_A_PAGE)


async def _since(client: Client, where: str) -> datetime:
    """Find the moment since which there are nearly as many runs as may be looked through.

    The server lists by the time of closing, so that the newest can only be had by a window.
    """
    now = utc_now()
    short, long = timedelta(), timedelta(days=3650)
    for _ in range(32):
        span = (short + long) / 2
        since = now - span
        there = (
            await client.count_workflows(f'{where} AND StartTime>="{since.isoformat()}"')
        ).count
        if there > MAX_RUNS:
            long = span
        elif there < MAX_RUNS // 2:
            short = span
        else:
            return since
    return now - long


def _latest(runs: Iterable[WorkflowExecution]) -> Iterable[WorkflowExecution]:
    """Give the latest run of each push."""
    return {run.id: run for run in sorted(runs, key=lambda run: run.start_time)}.values()


async def _operation(
    run: WorkflowExecution, company: UUID, unknown_as: UnknownAs
) -> Operation | None:
    known, key = run.typed_search_attributes, _uuid(run.id.removeprefix("push-"))
    connection = _uuid(known.get(CONNECTION_ID, ""))
    if key is None or connection is None:
        return None  # started by hand and not yet told apart
    status = status_of_run(run)
    shown = shown_as(status, unknown_as)
    return Operation(
        company_id=company,
        push_operation_key=key,
        platform_push_operation_key=_uuid(known.get(PUSH_OPERATION_KEY, "")),
        data_connection_key=connection,
        data_type=operation_data_type(known.get(DATA_TYPE, "")),
        status=shown,
        outcome=status if shown is not status else None,
        status_code=STATUS_CODES[shown],
        requested_on_utc=await _requested(run),
        completed_on_utc=run.close_time,
        error_message=reason_shown(status, shown),
    )


async def _requested(run: WorkflowExecution) -> datetime:
    """Say when it was requested; of a memo that can't be read here nobody else's list depends."""
    try:
        return await requested_at(run)
    except UndecryptablePayload:
        return run.start_time


def _row(operation: Operation) -> Row:
    return {
        "companyid": str(operation.company_id),
        "completedonutc": operation.completed_on_utc,
        "dataconnectionkey": str(operation.data_connection_key),
        "datatype": operation.data_type.lower(),
        "outcome": (operation.outcome or operation.status).value.lower(),
        "platformpushoperationkey": str(operation.platform_push_operation_key or ""),
        "pushoperationkey": str(operation.push_operation_key),
        "requestedonutc": operation.requested_on_utc,
        "status": operation.status.value.lower(),
        "statuscode": str(operation.status_code),
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
