"""The list of a company's pushes: what each is, how it ended and why; filters; a selection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response
from temporalio.client import WorkflowExecution

from activities.start_memo import StartMemo, read_start_memo
from codat.clock import utc_now
from codat.models import DATA_TYPES, PushStatus
from dispatch.payloads.encryption import UndecryptablePayload
from gateway.api.listing import find_operations
from gateway.api.parameters import CompanyId
from gateway.api.query import read_query
from gateway.api.schemas import Operation
from gateway.dependencies import Dependencies
from gateway.directory import Names
from gateway.pages.login import LoginPages, shown_to
from gateway.rendering import page
from gateway.sessions import remember
from workflows.attributes import PUSH_CAUSE, PUSH_REFERENCE

PAGE_SIZE = 50
_DIGEST_LENGTH = 64
_Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class ListedPush:
    """One row; times are UTC, `reason` is empty for a success, a name where it is not known."""

    push_id: UUID
    status: PushStatus
    key: str
    data_type: str
    software: str
    record: str
    reason: str
    requested: datetime
    age: timedelta
    duration: timedelta
    is_over: bool


class ListPages:
    """The list, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def listing(  # noqa: PLR0913, PLR0917, the filters
        self,
        request: Request,
        company: CompanyId,
        status: _Text = "",
        kind: Annotated[_Text, Query(alias="dataType")] = "",
        connection: Annotated[_Text, Query(alias="connectionId")] = "",
        since: _Text = "",
        words: _Text = "",
        number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    ) -> Response:
        """Show a company's pushes, newest first, with filters."""
        session = self._visits.session_for(request, company)
        asked = {"status": status, "dataType": kind, "connectionId": connection, "since": since}
        found = await find_operations(
            self._dependencies.temporal, company, read_query(_query(asked)), "Unknown"
        )
        operations = await _with_words(found.operations, found.runs, words)
        asked["words"] = words
        begin, end = (number - 1) * PAGE_SIZE, number * PAGE_SIZE

        def link(to: int, *, there: bool) -> str:
            return f"?{urlencode({**asked, 'page': to})}" if there else ""

        names = await self._dependencies.directory.names([company])
        answer = page(
            "list",
            **shown_to(session, company),
            company_name=names.companies.get(str(company), ""),
            rows=await self._rows(operations[begin:end], found.runs, names),
            total=len(operations),
            is_cut=found.is_cut,
            number=number,
            previous=link(number - 1, there=number > 1),
            next=link(number + 1, there=end < len(operations)),
            asked=asked,
            statuses=[member.value for member in PushStatus],
            types=sorted(DATA_TYPES),
        )
        return remember(answer, session, request)

    async def _rows(
        self,
        operations: Sequence[Operation],
        runs: Mapping[UUID, WorkflowExecution],
        names: Names,
    ) -> list[ListedPush]:
        latest = {
            operation.push_operation_key: runs[operation.push_operation_key]
            for operation in operations
        }
        unread = {
            latest[operation.push_operation_key].run_id: operation.push_operation_key
            for operation in operations
            if operation.status not in {PushStatus.PENDING, PushStatus.SUCCESS}
        }
        reasons = await self._dependencies.endings.reasons(self._dependencies.temporal, unread)
        now = utc_now()
        return [
            replace(
                await _row(operation, latest[operation.push_operation_key], reasons, now),
                software=names.platforms.get(str(operation.data_connection_key), ""),
            )
            for operation in operations
        ]


def _query(asked: Mapping[str, str]) -> str:
    names = {"status": "outcome=", "since": "requestedOnUtc>="}
    parts = [f"{names.get(name, f'{name}=')}{value}" for name, value in asked.items() if value]
    return " && ".join(parts)


async def _with_words(
    operations: list[Operation], runs: Mapping[UUID, WorkflowExecution], words: str
) -> list[Operation]:
    """Keep the pushes whose cause, key or record has all of the words."""
    wanted = words.lower().split()
    if not wanted:
        return operations
    found: list[Operation] = []
    for operation in operations:
        run = runs[operation.push_operation_key]
        memo, known = await _memo(run), run.typed_search_attributes
        texts = [known.get(PUSH_CAUSE, ""), known.get(PUSH_REFERENCE, "")]
        text = " ".join([*texts, memo.reference, memo.record] if memo else texts).lower()
        found += [operation] if all(word in text for word in wanted) else []
    return found


async def _row(
    operation: Operation, run: WorkflowExecution, reasons: Mapping[str, str], now: datetime
) -> ListedPush:
    memo = await _memo(run)
    key = run.typed_search_attributes.get(PUSH_REFERENCE, "")
    if len(key) == _DIGEST_LENGTH and memo and memo.reference:
        key = memo.reference
    return ListedPush(
        push_id=operation.push_operation_key,
        status=operation.status,
        key=key,
        data_type=operation.data_type,
        software="",
        record=memo.record if memo else "",
        reason=reasons.get(run.run_id, ""),
        requested=operation.requested_on_utc,
        age=now - operation.requested_on_utc,
        duration=(operation.completed_on_utc or now) - operation.requested_on_utc,
        is_over=operation.completed_on_utc is not None,
    )


async def _memo(run: WorkflowExecution) -> StartMemo | None:
    try:
        return await read_start_memo(run)
    except UndecryptablePayload:
        return None
