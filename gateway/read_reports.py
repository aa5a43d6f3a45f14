"""What Codat's report of a finished refresh does: it tells the pushes that may wait for one."""

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.visibility import equals, time_text
from codat.clock import utc_now
from codat.reports import ReadReport

YOUNG = timedelta(hours=2)
"""A push that began before that is not told; it asks once a minute."""

MAX_TOLD = 200


class ReadReports:
    """Finds the pushes of a place that is read, and tells them to ask at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def take(self, report: ReadReport) -> str:
        """Tell the pushes that were started lately; gives a word on what was done. RPCError."""
        conditions = [
            f'WorkflowType="push" AND ExecutionStatus="Running" '
            f'AND StartTime>"{time_text(utc_now() - YOUNG)}" '
            f"AND {equals('CompanyId', report.company)} "
            f"AND {equals('ConnectionId', connection)} AND {equals('DataType', data_type)}"
            for connection, data_type in sorted(report.read)
        ]
        found = [
            run.id
            for condition in conditions
            async for run in self._client.list_workflows(condition, limit=MAX_TOLD)
        ]
        await asyncio.gather(*map(self._tell, found[:MAX_TOLD]))
        return "data read" if found else "nobody waits"

    async def _tell(self, workflow_id: str) -> None:
        try:
            await self._client.get_workflow_handle(workflow_id).signal("data-read")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # else it has ended meanwhile
                raise
