"""One look for many: which requests the looks of a worker cost."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities import poll_batcher
from activities.models import PollStatus
from codat import exchange
from emulator import seeds
from tests.support.activity_environment import perform, target, workbench
from tests.support.status_polls import did, look, pending


async def test_a_lone_operation_is_read_singly():
    async with workbench() as bench:
        (only,) = await pending(bench, 1)
        await look(bench, only)

        assert ["read operation"] == did(bench)


async def test_fifty_looks_of_one_moment_cost_one_list():
    async with workbench() as bench:
        keys = await pending(bench, 50)
        readings = await asyncio.gather(*(look(bench, key) for key in keys))

        assert ["listed"] == did(bench)
    assert keys == [one.operation.push_operation_key for one in readings]


async def test_who_was_due_before_the_list_was_read_is_answered_by_it():
    async with workbench() as bench:
        first, second, third = await pending(bench, 3)
        due = datetime.now(UTC)
        await asyncio.gather(look(bench, first, due=due), look(bench, second, due=due))
        await look(bench, third, due=due)

        assert ["listed"] == did(bench)


async def test_who_is_due_after_the_list_was_read_is_not():
    async with workbench() as bench:
        first, second, third = await pending(bench, 3)
        await asyncio.gather(look(bench, first), look(bench, second))
        bench.codat.connection(seeds.OFFLINE).set(offline=False, delay=0)
        bench.codat.advance(60)
        snapshot = await look(bench, third, due=datetime.now(UTC))

    assert "Success" == snapshot.operation.status


async def test_the_clocks_of_server_and_worker_need_not_agree():
    async with workbench() as bench:
        first, second = await pending(bench, 2)
        slow = datetime.now(UTC) - timedelta(hours=3)
        ask = PollStatus(
            target=target(connection_id=seeds.OFFLINE), push_operation_key=first, due=slow
        )
        await perform(bench.activities.poll_status, ask, started_time=slow)
        bench.codat.connection(seeds.OFFLINE).set(offline=False, delay=0)
        later = datetime.now(UTC) - timedelta(hours=3)
        ask = ask.model_copy(update={"push_operation_key": second, "due": later})
        snapshot = await perform(bench.activities.poll_status, ask, started_time=later)

    assert "Success" == snapshot.operation.status


async def test_a_poll_that_begins_late_is_answered_by_an_earlier_list():
    async with workbench() as bench:
        keys, due = await pending(bench, 3), datetime.now(UTC)
        await asyncio.gather(*(look(bench, key, due=due) for key in keys[:2]))
        ask = PollStatus(
            target=target(connection_id=seeds.OFFLINE), push_operation_key=keys[2], due=due
        )
        await asyncio.sleep(0.3)  # the worker was busy since the server gave it the task
        await perform(bench.activities.poll_status, ask, started_time=due)

        assert ["listed"] == did(bench)


async def test_a_hinted_look_waits_for_nobody():
    async with workbench() as bench:
        first, *_ = await pending(bench, 3)
        await look(bench, first, due=None)

        assert ["read operation"] == did(bench)


async def test_an_operation_that_is_not_listed_is_read_singly():
    async with workbench() as bench:
        keys = await pending(bench, 3)
        bench.codat.fault("listed-late", seconds=60)
        keys += await pending(bench, 1)
        readings = await asyncio.gather(*(look(bench, key) for key in keys))

        assert ["listed", "read operation"] == did(bench)
    assert keys == [one.operation.push_operation_key for one in readings]


async def test_the_list_is_read_from_the_oldest_that_is_followed_on():
    async with workbench() as bench:
        keys = await pending(bench, 3)
        await asyncio.gather(*(look(bench, key) for key in keys))
        (request,) = bench.journal

    asked = dict(parse_qsl(request["query"].lstrip("?")))
    assert asked["query"].startswith("requestedOnUtc>=")
    assert "-requestedOnUtc" == asked["orderBy"]


async def test_a_list_that_cannot_be_read_is_left_alone_for_a_while():
    async with workbench() as bench:
        keys = await pending(bench, 3)
        bench.codat.fault("wrong-json", method="GET", path="^.*/push$")
        for _ in range(2):
            await asyncio.gather(*(look(bench, key) for key in keys))

        assert 1 == len([one for one in bench.journal if one["path"].endswith("/push")])
        assert 6 == did(bench).count("read operation")


async def test_many_pages_are_not_read_for_a_few(monkeypatch):
    monkeypatch.setattr(poll_batcher, "MAX_PER_PAGE", 3)
    async with workbench() as bench:
        keys = await pending(bench, 10)
        await asyncio.gather(*(look(bench, key) for key in keys[:2]))

        assert ["listed", "read operation", "read operation"] == did(bench)


async def test_a_throttled_list_sends_everybody_back():
    async with workbench() as bench:
        keys = await pending(bench, 5)
        bench.codat.fault("throttle", method="GET", retry_after=30)
        ended = await asyncio.gather(*(look(bench, key) for key in keys), return_exceptions=True)

        assert ["faulted: throttle"] == did(bench)
    told = [one.next_retry_delay for one in ended if isinstance(one, ApplicationError)]
    assert [True] * 5 == [delay is not None and delay.total_seconds() > 29 for delay in told]


async def test_looks_of_two_companies_are_not_mixed():
    async with workbench() as bench:
        keys = await pending(bench, 2)
        other = target(connection_id=seeds.OTHER_PROMPT, company=seeds.OTHER_COMPANY)
        theirs = (await bench.push(target=other)).operation.push_operation_key
        bench.forget_journal()
        await asyncio.gather(*(look(bench, key) for key in keys), look(bench, theirs, target=other))

        assert ["listed", "read operation"] == sorted(did(bench))


async def test_a_finished_operation_is_followed_no_more():
    async with workbench() as bench:
        first, second = await pending(bench, 2)
        bench.codat.connection(seeds.OFFLINE).set(offline=False, delay=0)
        await asyncio.gather(look(bench, first), look(bench, second))
        bench.codat.connection(seeds.OFFLINE).set(offline=True)
        (only,) = await pending(bench, 1)
        await look(bench, only)

        assert ["read operation"] == did(bench)


async def test_one_that_gives_up_spoils_nothing_for_the_others():
    async with workbench() as bench:
        keys = await pending(bench, 3)
        impatient, *patient = [asyncio.create_task(look(bench, key)) for key in keys]
        await asyncio.sleep(0)
        impatient.cancel()

        assert 2 == len(await asyncio.gather(*patient))


@pytest.mark.parametrize(("remaining", "is_asked"), [(1000, True), (10, False)])
async def test_when_the_day_runs_out_looks_wait_and_pushes_go(remaining, is_asked):
    async with workbench() as bench:
        (only,) = await pending(bench, 1)
        bench.tell_allowance(limit=1000, remaining=remaining)
        if is_asked:
            await look(bench, only)
        else:
            with pytest.raises(ApplicationError, match="pushes go first") as caught:
                await look(bench, only)
            assert timedelta(minutes=15) == caught.value.next_retry_delay
            assert caught.value.non_retryable  # the push itself waits, so that a hint is heard
        await bench.push()

        assert is_asked == ("read operation" in did(bench))


async def test_looks_are_told_to_stretch_when_the_day_runs_low():
    left = {
        "X-Rate-Limit-Limit": "1000",
        "X-Rate-Limit-Remaining": "25",
        "X-Rate-Limit-Reset": "Mon, 23 Nov 2026 00:00:00 GMT",
        "Date": "Sun, 22 Nov 2026 00:00:00 GMT",
    }
    key = uuid4()
    operation = {"pushOperationKey": str(key), "status": "Pending"}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=left, json=operation))
    async with workbench(answer) as bench:
        snapshot = await bench.poll_status(key)

    assert 10 == pytest.approx(snapshot.patience)


async def test_a_list_too_large_to_read_is_read_in_smaller_pages(monkeypatch):
    monkeypatch.setattr(exchange, "_LARGEST_BODY", 15_000)
    async with workbench() as bench:
        keys = await pending(bench, 60)
        await asyncio.gather(*(look(bench, key) for key in keys))
        readings = await asyncio.gather(*(look(bench, key) for key in keys))
        sizes = [parse_qsl(one["query"]) for one in bench.journal]

    assert keys == [one.operation.push_operation_key for one in readings]
    asked = [dict(one).get("pageSize") for one in sizes]
    assert 1 == asked.count("1000")
    assert None not in asked
