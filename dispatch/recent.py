"""The pushes that ended or wait lately, in seven calls to Temporal however many there are."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from activities.holds import HOLDS, KEEPER, Hold
from activities.other_pushes import REQUESTED
from activities.payload_context import converter_of
from activities.visibility import among, equals, time_text
from codat.clock import utc_now
from codat.models import PushStatus
from dispatch.day_counts import own_of
from dispatch.listing import status_of
from dispatch.payloads.encryption import UndecryptablePayload
from workflows.attributes import (
    COMPANY_ID,
    CONNECTION_ID,
    DATA_TYPE,
    PUSH_CAUSE,
    PUSH_OPERATION_KEY,
    PUSH_STATUS,
)

ENDED, FAILED, WAITING = 300, 100, 100
"""How many runs are read of those that ended last, that failed last, that wait."""

LONG = timedelta(minutes=10)
"""A push that is older and still under way waits for long."""

_READ = PUSH_STATUS, COMPANY_ID, CONNECTION_ID, DATA_TYPE, PUSH_CAUSE, PUSH_OPERATION_KEY
# An equality on what has an index of its own: a store without statistics reads all rows otherwise.
_KEEPERS = f"{equals('WorkflowType', 'push-hold')} AND {equals('ExecutionStatus', 'Running')}"
_UNDER_WAY = f"{equals('PushStatus', PushStatus.PENDING.value)} AND CloseTime IS NULL"
_NOT_ENDED_WELL = 'ExecutionStatus IN ("Failed", "Terminated", "Canceled", "TimedOut")'
_ENDED = 'ExecutionStatus != "ContinuedAsNew" AND CloseTime IS NOT NULL'


@dataclass(frozen=True)
class RecentRun:
    """A run as the overview needs it; times are UTC, `cause` is empty where none is known."""

    push_id: UUID
    company: str
    connection: str
    data_type: str
    status: PushStatus
    cause: str
    has_operation: bool
    requested: datetime
    closed: datetime | None


@dataclass(frozen=True)
class RecentPushes:
    """Runs that ended last, runs that wait for long, how many are under way, and what is held."""

    ended: list[RecentRun]
    waiting: list[RecentRun]
    under_way: int
    holds: dict[UUID, list[Hold]] = field(default_factory=dict[UUID, list[Hold]])


class RecentReader:
    """Reads the last runs of one set of companies, of all if it is empty."""

    def __init__(self, client: Client, companies: Iterable[UUID] = ()) -> None:
        self._client = client
        self._companies = sorted(str(company) for company in companies)
        self._pushes = equals("WorkflowType", "push") + own_of(self._companies)

    async def read(self) -> RecentPushes:
        """Read it anew. Raises: RPCError."""
        ended, waiting, under_way, holds = await asyncio.gather(
            self._runs(f"{self._pushes} AND {_ENDED}", ENDED),
            self._runs(f"{self._pushes} AND {_older(utc_now() - LONG)}", WAITING),
            self._client.count_workflows(f"{self._pushes} AND {_UNDER_WAY}"),
            self._holds(),
        )
        return RecentPushes(
            ended=await self._read(ended),
            waiting=await self._read(waiting),
            under_way=under_way.count,
            holds=holds,
        )

    async def failed(self) -> list[RecentRun]:
        """Give the last runs that did not succeed and that no later run of their push replaced.

        Raises: RPCError.
        """
        found = await self._runs(f"{self._pushes} AND {_NOT_ENDED_WELL}", FAILED)
        ids = sorted({run.execution.workflow_id for run in found})
        others = await self._runs(among("WorkflowId", ids), 3 * FAILED) if ids else []
        latest = {run.execution.workflow_id: run for run in sorted([*found, *others], key=_started)}
        last = {run.execution.run_id for run in latest.values()}
        return await self._read(run for run in found if run.execution.run_id in last)

    async def _holds(self) -> dict[UUID, list[Hold]]:
        held: dict[UUID, list[Hold]] = {}
        for keeper in await self._runs(_KEEPERS, ENDED):
            company = keeper.execution.workflow_id.removeprefix(KEEPER)
            memo: list[Any] = await self._memo(keeper, HOLDS) or []
            if memo and (not self._companies or company in self._companies):
                held[UUID(company)] = [Hold.model_validate(hold) for hold in memo]
        return held

    async def _runs(self, query: str, limit: int) -> list[WorkflowExecutionInfo]:
        """Give one page: the server lists by the time of closing, the last one first.

        Unread, since the SDK decodes all attributes of each run twice, in 1 ms.
        """
        asked = ListWorkflowExecutionsRequest(
            namespace=self._client.namespace, page_size=limit, query=query
        )
        answer = await self._client.workflow_service.list_workflow_executions(asked, retry=True)
        return list(answer.executions)

    async def _memo(self, run: WorkflowExecutionInfo, name: str) -> Any:  # noqa: ANN401
        if name not in run.memo.fields:
            return None
        converter = converter_of(self._client, run.execution.workflow_id)
        with suppress(ValueError, RuntimeError, ApplicationError, UndecryptablePayload):
            return (await converter.decode([run.memo.fields[name]]))[0]
        return None

    async def _read(self, runs: Iterable[WorkflowExecutionInfo]) -> list[RecentRun]:
        return [run for run in [await self._recent(run) for run in runs] if run]

    async def _recent(self, run: WorkflowExecutionInfo) -> RecentRun | None:
        try:
            push_id = UUID(run.execution.workflow_id.removeprefix("push-"))
            requested = datetime.fromisoformat(await self._memo(run, REQUESTED) or _started(run))
        except ValueError:
            return None
        known = run.search_attributes.indexed_fields
        values = {key: json.loads(known[key.name].data) for key in _READ if key.name in known}
        status = status_of(WorkflowExecutionStatus(run.status), values.get(PUSH_STATUS, ""))
        has_ended = run.HasField("close_time")
        return RecentRun(
            push_id=push_id,
            company=values.get(COMPANY_ID, ""),
            connection=values.get(CONNECTION_ID, ""),
            data_type=values.get(DATA_TYPE, ""),
            status=status,
            cause=values.get(PUSH_CAUSE, "") or f"{status.value}: it was ended from outside",
            has_operation=PUSH_OPERATION_KEY in values,
            requested=requested,
            closed=run.close_time.ToDatetime(UTC) if has_ended else None,
        )


def _started(run: WorkflowExecutionInfo) -> str:
    """Give the moment of its start as a text that sorts by time."""
    return run.start_time.ToDatetime(UTC).isoformat(timespec="microseconds")


def _older(moment: datetime) -> str:
    return f'{_UNDER_WAY} AND StartTime < "{time_text(moment)}"'
