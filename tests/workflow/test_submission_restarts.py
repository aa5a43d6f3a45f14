"""Begun again by every door, in every stage: at most one record, and true words about it."""

import asyncio
from datetime import timedelta

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.protocol import MODES, held_up, protocol, seconds_for_minutes
from tests.support.temporal_commands import (
    check,
    failures,
    point_after,
    points,
    reset,
    start_again,
    start_like,
)

both = pytest.mark.parametrize("mode", MODES)

ENDINGS = {
    "Success": {"connection_id": seeds.PROMPT},
    "Failed": {"connection_id": seeds.REFUSING},
    "TimedOut": {"connection_id": seeds.OFFLINE, "timeout_in_minutes": 1},
}


@both
@pytest.mark.parametrize("ending", ENDINGS)
async def test_any_reset_of_an_ended_push_writes_nothing_twice(
    devserver, mode, ending, monkeypatch
):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here:
        push = await here.push(**ENDINGS[ending])
        assert ending == (await push.outcome()).status
        run = (await push.describe()).run_id
        endings = set()
        for point in (await points(push, run))[::3]:
            await reset(push, point, run)
            outcome = await push.outcome()
            check(here, outcome)
            endings.add(outcome.status)

    assert {ending} == endings


@both
@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_ended_push_started_again_writes_nothing_twice(
    devserver, mode, ending, monkeypatch
):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here:
        push = await here.push(**ENDINGS[ending])
        endings = [(await push.outcome()).status]
        for _ in range(2):
            await start_like(push, here.task_queue)
            outcome = await push.outcome()
            check(here, outcome)
            endings.append(outcome.status)

    assert [ending] * 3 == endings


@both
async def test_a_success_run_again_says_the_same_and_sends_nothing(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await here.push()
        first = await push.outcome()
        await reset(push)
        second = await push.outcome()

        assert 1 == len(here.posts)
    assert first == second


@both
async def test_a_failed_push_run_again_is_sent_with_the_next_number(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await here.push(connection_id=seeds.REFUSING)
        await push.outcome()
        here.codat.connection(seeds.REFUSING).set(refusing=None)
        await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert (2, 1) == (len(here.posts), len(here.records))
    assert "Success" == outcome.status


@both
@pytest.mark.parametrize("door", ["reset", "start"])
async def test_a_timed_out_push_that_was_sent_sends_nothing_more(
    devserver, mode, door, monkeypatch
):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here:
        push = await here.push(**ENDINGS["TimedOut"])
        await push.outcome()
        await (reset(push) if door == "reset" else start_like(push, here.task_queue))
        outcome = await push.outcome()

        assert 1 == len(here.posts)
    assert ("TimedOut", True) == (outcome.status, outcome.may_still_land)


@both
async def test_an_operation_that_succeeded_after_its_time_is_returned(devserver, mode, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here:
        push = await here.push(connection_id=seeds.SLOW, timeout_in_minutes=1)
        first = await push.outcome()
        here.codat.advance(60)
        await start_like(push, here.task_queue)
        outcome = await push.outcome()

        check(here, outcome)
    assert ("TimedOut", "Success") == (first.status, outcome.status)


@both
async def test_an_operation_failed_after_its_deadline_may_be_resent(devserver, mode, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here:
        here.codat.connection(seeds.REFUSING).set(delay=6)
        push = await here.push(connection_id=seeds.REFUSING, timeout_in_minutes=1)
        first = await push.outcome()
        here.codat.advance(60)
        here.codat.connection(seeds.REFUSING).set(refusing=None, delay=0.1)
        await start_like(push, here.task_queue, timeoutInMinutes=60)
        outcome = await push.outcome()

        assert (2, 1) == (len(here.posts), len(here.records))
    assert ("TimedOut", "Success") == (first.status, outcome.status)


@both
async def test_a_reset_during_a_request_writes_no_second_record(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        push = await here.push()
        await gate.reached.wait()
        await reset(push, (await points(push))[-1])
        outcome = await push.outcome()

        check(here, outcome)
    assert "Success" == outcome.status


@both
async def test_the_task_that_a_reset_hands_out_again_sends_nothing(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        push = await here.push()
        await gate.reached.wait()
        await push.handle.signal("operation-updated", {})
        await point_after(push, "push")
        await reset(push, (await points(push))[-1])
        outcome = await push.outcome()
        gate.open.set()

        check(here, outcome)
        assert "NotSent" in await failures(push)
    assert "Success" == outcome.status


@both
async def test_what_was_held_up_before_it_was_sent_comes_too_late(devserver, mode, monkeypatch):
    monkeypatch.setattr("activities.push.SEND_WITHIN", timedelta(seconds=0.3))
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=False) as gate:
        push = await here.push()
        await gate.reached.wait()
        await start_again(push, here.task_queue)
        outcome = await push.outcome()
        await asyncio.sleep(0.3)
        gate.open.set()
        await gate.passed.wait()

        assert 1 == len(here.posts)
        check(here, outcome)
    assert "Success" == outcome.status


@both
async def test_terminated_with_a_request_under_way_and_started_again(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        push = await here.push()
        await gate.reached.wait()
        await start_again(push, here.task_queue)
        outcome = await push.outcome()

        check(here, outcome)
    assert "Success" == outcome.status


@both
async def test_two_resets_one_upon_the_other_lead_to_one_record(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        push = await here.push()
        await gate.reached.wait()
        run = (await push.describe()).run_id
        for _ in range(2):
            await reset(push, (await points(push, run))[-1], run)
        outcome = await push.outcome()

        check(here, outcome)
    assert "Success" == outcome.status


@both
async def test_a_reset_of_an_older_run_knows_what_the_newer_one_did(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await here.push(connection_id=seeds.REFUSING)
        await push.outcome()
        older = (await push.describe()).run_id
        here.codat.connection(seeds.REFUSING).set(refusing=None)
        await start_like(push, here.task_queue)
        assert "Success" == (await push.outcome()).status
        endings = set()
        for point in await points(push, older):
            await reset(push, point, older)
            outcome = await push.outcome()
            check(here, outcome)
            endings.add(outcome.status)

    assert {"Success"} == endings


@both
async def test_started_with_retry_of_it_remembers(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await here.push()
        first = await push.outcome()
        run = (await push.describe()).run_id
        await start_like(push, here.task_queue, retryOf=run)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
    assert first == outcome


@both
async def test_a_lost_request_with_another_record_is_still_looked_for(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here, held_up(answer=True) as gate:
        bill = record("bills")
        push = await here.push(data_type="bills", data=bill, validation="off")
        await gate.reached.wait()
        first = here.posts[0]["body"]
        # Neither the party nor the account: what the list shows could not be this record.
        line = bill["lineItems"][0] | {"accountRef": {"id": "account-2"}}
        corrected = bill | {"supplierRef": {"id": "supplier-2"}, "lineItems": [line]}
        await start_again(push, here.task_queue, data=corrected, validation="off")
        outcome = await push.outcome()

        assert [first] == [one["body"] for one in here.posts]
        check(here, outcome)
    assert "Unknown" == outcome.status
