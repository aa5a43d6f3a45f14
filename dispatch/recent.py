"""The pushes that ended or wait lately, in seven calls to Temporal however many there are."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from activities.holds import HOLDS, KEEPER, Hold
from activities.visibility import among, equals, time_text
from codat.clock import utc_now
from dispatch.day_counts import own_of
from dispatch.listed_run import ListedRun, read_memo, read_run, started_at

ENDED, FAILED, WAITING = 300, 100, 100
"""How many runs are read of those that ended last, that failed last, that wait."""

LONG = timedelta(minutes=10)
"""A push that is older and still under way waits for long."""

# An equality on what has an index of its own: a store without statistics reads all rows otherwise.
_KEEPERS = f"{equals('WorkflowType', 'push-hold')} AND {equals('ExecutionStatus', 'Running')}"
_UNDER_WAY = equals("ExecutionStatus", "Running")
_PAUSED = equals("ExecutionStatus", "Paused")
_NOT_ENDED_WELL = 'ExecutionStatus IN ("Failed", "Terminated", "Canceled", "TimedOut")'
_ENDED = 'ExecutionStatus != "ContinuedAsNew" AND CloseTime IS NOT NULL'


@dataclass(frozen=True)
class RecentPushes:
    """Runs that ended last, runs that wait for long, how many are under way, and what is held."""

    ended: list[ListedRun]
    waiting: list[ListedRun]
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
        long_ago = utc_now() - LONG
        ended, waiting, paused, under_way, holds = await asyncio.gather(
            self._runs(f"{self._pushes} AND {_ENDED}", ENDED),
            self._runs(f"{self._pushes} AND {_older(long_ago)}", WAITING),
            self._runs(f"{self._pushes} AND {_PAUSED}", WAITING),
            self._client.count_workflows(f"{self._pushes} AND {_UNDER_WAY}"),
            self._holds(),
        )
        return RecentPushes(
            ended=await self._read(ended),
            waiting=await self._read(
                [*(run for run in paused if started_at(run) < long_ago), *waiting]
            ),
            under_way=under_way.count + len(paused),
            holds=holds,
        )

    async def failed(self) -> list[ListedRun]:
        """Give the last runs that did not succeed and that no later run of their push replaced.

        Raises: RPCError.
        """
        found = await self._runs(f"{self._pushes} AND {_NOT_ENDED_WELL}", FAILED)
        ids = sorted({run.execution.workflow_id for run in found})
        others = await self._runs(among("WorkflowId", ids), 3 * FAILED) if ids else []
        latest = {
            run.execution.workflow_id: run for run in sorted([*found, *others], key=started_at)
        }
        last = {run.execution.run_id for run in latest.values()}
        return await self._read(run for run in found if run.execution.run_id in last)

    async def _holds(self) -> dict[UUID, list[Hold]]:
        held: dict[UUID, list[Hold]] = {}
        for keeper in await self._runs(_KEEPERS, ENDED):
            company = keeper.execution.workflow_id.removeprefix(KEEPER)
            memo: list[Any] = await read_memo(self._client, keeper, HOLDS) or []
            if memo and (not self._companies or company in self._companies):
                held[UUID(company)] = [Hold.model_validate(hold) for hold in memo]
        return held

    async def _runs(self, query: str, limit: int) -> list[WorkflowExecutionInfo]:
        """Give one page: the server lists by the time of closing, the last one first.

        Unread: most need not be read.
        """
        asked = ListWorkflowExecutionsRequest(
            namespace=self._client.namespace, page_size=limit, query=query
        )
        answer = await self._client.workflow_service.list_workflow_executions(asked, retry=True)
        return list(answer.executions)

    async def _read(self, runs: Iterable[WorkflowExecutionInfo]) -> list[ListedRun]:
        found: list[ListedRun] = []
        for run in runs:
            await asyncio.sleep(0)  # whoever waits for something else does not wait for all of them
            read = await read_run(self._client, run)
            found += [read] if read else []
        return found


def _older(moment: datetime) -> str:
    return f'{_UNDER_WAY} AND StartTime < "{time_text(moment)}"'
