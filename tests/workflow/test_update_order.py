"""Updates of one record take effect in the order in which they were requested."""

import asyncio
import functools
from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.api.enums.v1 import EventType

from activities.holds import SOONEST, Hold
from dispatch.holds import hold, release
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.eventually import eventually
from tests.support.protocol import protocol, seconds_for_minutes
from tests.support.temporal_commands import history, points, reset
from workflows.update_line import TurnEntry

UPDATE = {"record_id": "supplier-1", "data_type": "suppliers", "validation": "off"}
COMPANY = UUID(seeds.COMPANY)
TOLD = EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED


def numbered(number, *, apart=True, **more):
    """An update that sets a field which no other one sets, or the same as all others."""
    field = f"field{number}" if apart else "supplierName"
    return UPDATE | {"data": {field: f"state {number}"}} | more


def written(here):
    return [next(iter(one["data"].values())) for one in here.records]


async def is_in_line(push):
    await is_at(push, "wait-for-turn")


async def is_at(push, stage):
    async def stands_there():
        progress = await push.progress()
        return progress and progress.stage == stage

    await eventually(stands_there)


async def held(here, monkeypatch):
    monkeypatch.setattr("activities.holds.SOONEST", SOONEST / 15)
    closed = Hold(reason="closed", by="ann", since=datetime.now(UTC))
    await hold(here.client, COMPANY, closed, task_queue=here.task_queue)


async def test_updates_that_were_held_are_written_in_order(devserver, monkeypatch):
    async with protocol(devserver) as here:
        await held(here, monkeypatch)
        pushes = [await here.push(**numbered(0))]
        await is_at(pushes[0], "push")  # it has the turn; of two at once the newer may get it
        pushes += [await here.push(**numbered(number)) for number in range(1, 4)]
        for push in pushes[1:]:
            await is_in_line(push)
        await release(here.client, COMPANY, None, None)
        outcomes = [await push.outcome() for push in pushes]

        assert [f"state {number}" for number in range(4)] == written(here)
    assert {"Success"} == {outcome.status for outcome in outcomes}


async def test_an_older_update_that_comes_late_goes_first(devserver, monkeypatch):
    async with protocol(devserver) as here:
        await held(here, monkeypatch)
        older = await here.push(**numbered(1))
        await is_at(older, "push")
        await older.handle.cancel()
        cancelled = await older.outcome()
        newer = await here.push(**numbered(2))
        await is_at(newer, "push")
        older = await retry_push(older)
        await is_in_line(newer)
        await release(here.client, COMPANY, None, None)
        outcomes = [await older.outcome(), await newer.outcome()]

        assert ["state 1", "state 2"] == written(here)
    assert ("Failed", False) == (cancelled.status, cancelled.submitted)
    assert ["Success", "Success"] == [outcome.status for outcome in outcomes]


async def test_an_update_of_another_record_does_not_wait(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("unauthorized", method="PUT", path="*/supplier-1", times=1000)
        first = await here.push(**numbered(1))
        await here.codat.arrival(method="PUT")
        other = await here.end(**numbered(2, record_id="supplier-2"))
        here.codat.forget_faults()

        assert "Success" == other.status == (await first.outcome()).status


async def test_the_latest_replaces_what_was_not_sent_where_asked_to(devserver, monkeypatch):
    async with protocol(devserver) as here:
        await held(here, monkeypatch)
        older = await here.push(**numbered(1))
        await is_at(older, "push")
        newer = await here.push(**numbered(2, ordering="latest"))
        first = await older.outcome()
        await release(here.client, COMPANY, None, None)
        last = await newer.outcome()

        assert ["state 2"] == written(here)
    assert ("Failed", False, "Success") == (first.status, first.submitted, last.status)
    assert f"Superseded by push {newer.push_id}" in first.message


async def test_a_newer_update_goes_on_when_the_older_one_is_terminated(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("unauthorized", method="PUT", times=1000)
        older = await here.push(**numbered(1))
        await here.codat.arrival(method="PUT")
        newer = await here.push(**numbered(2))
        await is_in_line(newer)
        await older.handle.terminate()
        here.codat.forget_faults()
        outcome = await newer.outcome()

        assert "state 2" == written(here)[-1]
    assert "Success" == outcome.status


async def test_many_updates_at_once_end_as_the_last_request_says(devserver):
    async with protocol(devserver) as here:
        pushes = [await here.push(**numbered(number, apart=False)) for number in range(100)]
        outcomes = await asyncio.gather(*(push.outcome() for push in pushes))

        order = [int(state.rpartition(" ")[2]) for state in written(here)]
    assert 99 == order[-1]
    assert sorted(order) == order
    replaced = [number for number, outcome in enumerate(outcomes) if outcome.status != "Success"]
    assert {"Failed"} == {outcomes[number].status for number in replaced}
    assert sorted([*order, *replaced]) == list(range(100))


async def test_an_update_costs_two_actions_more_than_its_requests(devserver):
    async with protocol(devserver) as here:
        push = await here.push(**numbered(1))
        await push.outcome()
        events = (await push.handle.fetch_history()).events
        turns = [one async for one in here.client.list_workflows("WorkflowType='push-turn'")]

        assert 1 == len(here.posts)
    begun = EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED
    told = EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED
    assert (1, 0) == tuple(sum(one.event_type == kind for one in events) for kind in (begun, told))
    assert turns


async def line_of(here, count):
    """The first update is refused until the faults are forgotten; the others wait in line."""
    here.codat.fault("unauthorized", method="PUT", times=1000)
    first = await here.push(**numbered(0))
    await here.codat.arrival(method="PUT")
    others = []
    for number in range(1, count):
        others.append(await here.push(**numbered(number)))
        await is_in_line(others[-1])
    return [first, *others]


async def test_the_next_goes_on_when_a_later_holder_dies(devserver, monkeypatch):
    monkeypatch.setattr("workflows.turn.CHECK_EVERY", timedelta(seconds=1))
    async with protocol(devserver) as here:
        first, second, third = await line_of(here, 3)
        await first.handle.terminate()
        await eventually(functools.partial(is_refused, second))
        await second.handle.terminate()
        here.codat.forget_faults()
        outcome = await third.outcome()

        assert ["state 2"] == written(here)
    assert "Success" == outcome.status


async def is_refused(push):
    progress = await push.progress()
    return progress and progress.stage == "push"


async def test_the_deadline_of_an_update_in_line_strikes(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver) as here:
        first, *_ = await line_of(here, 1)
        late = await here.push(**numbered(1, timeout_in_minutes=2))
        outcome = await late.outcome()
        here.codat.forget_faults()
        await first.outcome()

        assert ["state 0"] == written(here)
    assert ("TimedOut", False) == (outcome.status, outcome.submitted)


async def test_an_update_in_line_is_cancelled(devserver):
    async with protocol(devserver) as here:
        first, second, third = await line_of(here, 3)
        await second.handle.cancel()
        cancelled = await second.outcome()
        here.codat.forget_faults()
        outcomes = [await first.outcome(), await third.outcome()]

        assert ["state 0", "state 2"] == written(here)
    assert ("Failed", False) == (cancelled.status, cancelled.submitted)
    assert ["Success", "Success"] == [outcome.status for outcome in outcomes]


async def test_a_holder_that_is_reset_keeps_the_order(devserver):
    async with protocol(devserver) as here:
        first, second = await line_of(here, 2)
        await reset(first)
        here.codat.forget_faults()
        outcomes = [await first.outcome(), await second.outcome()]

        assert "state 1" == written(here)[-1]
    assert "Success" == outcomes[1].status


async def test_an_update_reset_at_the_start_of_its_line_is_sent_once(devserver):
    async with protocol(devserver) as here:
        push = await here.push(**numbered(1))
        await push.outcome()
        await reset(push, await point_of_line(push))
        outcome = await push.outcome()

        assert ["state 1"] == written(here)
    assert "Success" == outcome.status


async def point_of_line(push):
    """Give the end of the task that learned that the line has begun."""
    (begun,) = [
        event.event_id
        for event in await history(push)
        if event.event_type == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED
    ]
    return min(point for point in await points(push) if point > begun)


async def test_who_joins_with_the_first_task_waits_its_turn(devserver):
    first, second = (
        TurnEntry(workflow_id=f"push-{name}", token=name, since=datetime.now(UTC))
        for name in ("first", "second")
    )
    async with protocol(devserver) as here:
        line = await here.client.start_workflow(
            "push-turn",
            first,
            id="push-turn-joined-at-once",
            task_queue=here.task_queue,
            start_signal="join",
            start_signal_args=[second],
        )
        # It watches the holder for those who wait, or has told another that it may go.
        first_act = await anext(
            event.event_type
            async for event in line.fetch_history_events(wait_new_event=True)
            if event.event_type in (EventType.EVENT_TYPE_TIMER_STARTED, TOLD)
        )
        await line.terminate()

    assert EventType.EVENT_TYPE_TIMER_STARTED == first_act
