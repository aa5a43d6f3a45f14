"""Updates of one record take effect in the order in which they were requested."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from temporalio.api.enums.v1 import EventType

from activities.holds import SOONEST, Hold
from dispatch.holds import hold, release
from emulator import seeds
from tests.support.eventually import eventually
from tests.support.protocol import protocol

UPDATE = {"record_id": "supplier-1", "data_type": "suppliers", "validation": "off"}
COMPANY = UUID(seeds.COMPANY)


def numbered(number, *, apart=True, **more):
    """An update that sets a field which no other one sets, or the same as all others."""
    field = f"field{number}" if apart else "supplierName"
    return UPDATE | {"data": {field: f"state {number}"}} | more


def written(here):
    return [next(iter(one["data"].values())) for one in here.records]


async def is_in_line(push):
    async def waits():
        progress = await push.progress()
        return progress and progress.stage == "wait-for-turn"

    await eventually(waits)


async def held(here, monkeypatch):
    monkeypatch.setattr("activities.holds.SOONEST", SOONEST / 15)
    closed = Hold(reason="closed", by="ann", since=datetime.now(UTC))
    await hold(here.client, COMPANY, closed, task_queue=here.task_queue)


async def test_updates_that_were_held_are_written_in_order(devserver, monkeypatch):
    async with protocol(devserver) as here:
        await held(here, monkeypatch)
        pushes = [await here.push(**numbered(number)) for number in range(4)]
        for push in pushes[1:]:
            await is_in_line(push)
        await release(here.client, COMPANY, None, None)
        outcomes = [await push.outcome() for push in pushes]

        assert [f"state {number}" for number in range(4)] == written(here)
    assert {"Success"} == {outcome.status for outcome in outcomes}


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

        assert ["state 2"] == written(here)
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
