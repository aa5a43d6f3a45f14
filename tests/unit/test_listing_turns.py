"""A long list of a company's pushes is gone through in small turns."""

import asyncio
from uuid import uuid4

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import WorkflowExecution
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.converter import encode_search_attributes

from dispatch.payloads.converter import CONVERTER
from gateway.api.listing import find_operations
from gateway.api.query import read_query
from tests.support.event_loop_calls import Busiest
from workflows.attributes import CONNECTION_ID, DATA_TYPE

PUSHES = 1000
MAX_CALLS = 60_000


class Listing:
    """As much of a client as a list asks."""

    def __init__(self, runs):
        self._runs = runs

    async def count_workflows(self, _):
        return type("Count", (), {"count": len(self._runs)})

    async def list_workflows(self, _, *, limit, page_size):
        assert limit >= len(self._runs)
        for number, one in enumerate(self._runs):
            if number % page_size == 0:
                await asyncio.sleep(0)  # where the real one asks the server
            yield WorkflowExecution._from_raw_info(one, "default", CONVERTER)  # noqa: SLF001


def a_run():
    info = WorkflowExecutionInfo(status=WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING)
    info.execution.workflow_id = f"push-{uuid4()}"
    known = ((CONNECTION_ID, str(uuid4())), (DATA_TYPE, "bills"))
    pairs = [SearchAttributePair(key, value) for key, value in known]
    encode_search_attributes(TypedSearchAttributes(pairs), info.search_attributes)
    return info


async def test_a_long_list_is_gone_through_in_small_turns():
    listing = Listing([a_run() for _ in range(PUSHES)])
    with Busiest() as busiest:
        found = await find_operations(listing, uuid4(), read_query(""), "Unknown")  # pyright: ignore[reportArgumentType]

    assert PUSHES == len(found.operations)
    assert busiest.calls < MAX_CALLS
