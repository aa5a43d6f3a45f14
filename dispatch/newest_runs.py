"""The runs of pushes, the last begun first, while Temporal's list is read.

The server lists by the time of closing, and only some stores can order otherwise. So the list is
read in stretches of time, each so short that it has few runs.
"""

from collections.abc import AsyncGenerator
from datetime import datetime

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from dispatch.listed_run import started_at

_A_PAGE = 1000


async def newest_runs(
    client: Client, condition: str, *, before: datetime | None, at_once: int
) -> AsyncGenerator[list[WorkflowExecutionInfo]]:
    """Yield the runs that began before a moment, in batches of `at_once` at most as a rule.

    Raises: RPCError.
    """
    since: datetime | None = None
    while True:
        query = _between(condition, since, before)
        runs = await _first_page(client, query, at_once + 1)
        if len(runs) > at_once:
            later = sorted(start for run in runs if (start := started_at(run)) != since)
            if later:
                # At least half of what is here is left out next time.
                since = later[len(later) // 2]
                continue
            runs = await _all_pages(client, query)  # they all began at the same moment
        yield sorted(runs, key=started_at, reverse=True)
        if since is None:
            return
        before, since = since, None


def _between(condition: str, since: datetime | None, before: datetime | None) -> str:
    begin = f' AND StartTime >= "{since.isoformat()}"' if since else ""
    end = f' AND StartTime < "{before.isoformat()}"' if before else ""
    return condition + begin + end


async def _first_page(client: Client, query: str, size: int) -> list[WorkflowExecutionInfo]:
    asked = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=size, query=query)
    answer = await client.workflow_service.list_workflow_executions(asked, retry=True)
    return list(answer.executions)


async def _all_pages(client: Client, query: str) -> list[WorkflowExecutionInfo]:
    asked = ListWorkflowExecutionsRequest(
        namespace=client.namespace, page_size=_A_PAGE, query=query
    )
    runs: list[WorkflowExecutionInfo] = []
    while True:
        answer = await client.workflow_service.list_workflow_executions(asked, retry=True)
        runs += answer.executions
        if not answer.next_page_token:
            return runs
        asked.next_page_token = answer.next_page_token
