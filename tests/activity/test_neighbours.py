"""A worker judges and compares large records in small turns: other companies' steps go on."""

from uuid import uuid4

import httpx
import pytest

from activities.models import FetchOptions
from activities.wire import count_of
from codat.exact_json import dumps
from codat.validation.validate import MAX_PROBLEMS
from tests.support.activity_environment import perform, target, workbench
from tests.support.event_loop_calls import Busiest

MAX_CALLS = 60_000
LINES = 40_000


@pytest.mark.parametrize("line", [{}, {"quantity": "x"}, 1], ids=str)
async def test_a_record_of_many_mistakes_is_judged_in_small_turns(line):
    async with workbench() as bench:
        await perform(
            bench.activities.fetch_options, FetchOptions(target=target(data_type="bills"))
        )
        with Busiest() as busiest:
            verdict = await bench.validate({"lineItems": [line] * LINES}, data_type="bills")

    assert MAX_PROBLEMS + 1 == count_of([*verdict.errors, *verdict.warnings])
    assert "more than 10000 problems" in verdict.errors[0].message
    assert busiest.calls < MAX_CALLS


async def test_a_long_list_of_operations_is_read_in_small_turns():
    one = {"pushOperationKey": str(uuid4()), "status": "Success", "data": {"lines": [1.25] * 100}}
    page = {"pageNumber": 1, "pageSize": 1000, "totalResults": 1000, "results": [one] * 1000}
    body = dumps(page).encode()
    platform = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    async with workbench(platform) as bench:
        with Busiest() as busiest:
            page = await bench.client.operations(target().company_id)

    assert 1000 == len(page.results)
    assert busiest.calls < MAX_CALLS
