"""Looks that can't be answered at once: what they hold meanwhile, and when they come again."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities import poll_batcher
from codat.quota import DailyQuota
from tests.support.activity_environment import Workbench, workbench
from tests.support.eventually import eventually
from tests.support.status_polls import did, look, pending


async def test_the_last_question_is_asked_on_the_shortest_day():
    async with workbench() as bench:
        (only,) = await pending(bench, 1)
        bench.tell_allowance(limit=1000, remaining=1)
        await look(bench, only, is_last=True)

        assert ["read operation"] == did(bench)


async def test_a_day_that_ends_soon_is_not_waited_out_for_longer():
    async with workbench() as bench:
        (only,) = await pending(bench, 1)
        bench.client.limits.allowance = DailyQuota(1000, 1, timedelta(minutes=2))
        with pytest.raises(ApplicationError, match="pushes go first") as caught:
            await look(bench, only)

    assert timedelta(minutes=2) == caught.value.next_retry_delay


async def test_a_list_that_hangs_holds_no_poll_and_answers_its_retry(monkeypatch):
    monkeypatch.setattr(poll_batcher, "HOLD", 0.2)
    async with workbench() as bench:
        keys, due = await pending(bench, 3), datetime.now(UTC)
        bench.codat.fault("hang", method="GET", path="^.*/push$", seconds=1)
        ended = await asyncio.gather(
            *(look(bench, key, due=due) for key in keys), return_exceptions=True
        )
        delays = [one.next_retry_delay for one in ended if isinstance(one, ApplicationError)]
        assert [poll_batcher.COME_AGAIN] * 3 == delays
        await eventually(lambda: _has_answered(bench))
        await asyncio.gather(*(look(bench, key, due=due) for key in keys))

        assert 1 == len(bench.journal)


async def _has_answered(bench: Workbench) -> bool:
    return bool(bench.journal and bench.journal[0]["answeredAt"])


async def test_operations_that_no_list_shows_are_read_concurrently():
    keys, together = [uuid4() for _ in range(5)], asyncio.Barrier(5)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/push"):
            nothing = {"pageNumber": 1, "pageSize": 1000, "totalResults": 0, "results": []}
            return httpx.Response(200, json=nothing | {"_links": {}})
        await together.wait()
        key = request.url.path.rpartition("/")[2]
        return httpx.Response(200, json={"pushOperationKey": key, "status": "Pending"})

    async with workbench(httpx.MockTransport(answer)) as bench, asyncio.timeout(10):
        readings = await asyncio.gather(*(look(bench, key) for key in keys))

    assert keys == [one.operation.push_operation_key for one in readings]


async def test_what_another_worker_saw_ending_is_not_followed_for_ever(monkeypatch):
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + poll_batcher.FOLLOWED_FOR)
    async with workbench() as bench:
        await pending(bench, 3)
        bench.codat.advance(86400)
        monkeypatch.setattr(poll_batcher, "clock", later)
        keys = await pending(bench, 2)
        await asyncio.gather(*(look(bench, key) for key in keys))
        (request,) = bench.journal

    asked = dict(parse_qsl(request["query"].lstrip("?")))["query"]
    since = datetime.fromisoformat(asked.removeprefix("requestedOnUtc>="))
    assert datetime.now(UTC) + timedelta(hours=23) < since
