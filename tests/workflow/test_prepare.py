"""Options and verdict: one local step where that takes no waiting, else steps that are seen."""

import pytest
from temporalio.api.enums.v1 import EventType

from codat.validation import cache
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import cluster


async def steps(push) -> list[str]:
    events = (await push.handle.fetch_history()).events
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]


async def test_options_that_are_had_at_once_take_no_step_of_their_own(skipping):
    async with cluster(skipping, skipping=True) as here:
        push = await here.push()

        assert "Success" == (await here.ending(push)).status
        assert ["push", "poll-status"] == (await steps(push))[:2]


@pytest.mark.parametrize("trouble", ["slow-body", "error-before-commit"])
async def test_options_that_take_waiting_are_fetched_by_an_activity(skipping, monkeypatch, trouble):
    monkeypatch.setattr(cache, "SOON", cache.SOON / 10)
    more = {"seconds": 0.5} if trouble == "slow-body" else {}
    async with cluster(skipping, skipping=True) as here:
        here.codat.fault(trouble, method="GET", path="/options/", nth=1, **more)
        push = await here.push()

        assert "Success" == (await here.ending(push)).status
        assert ["fetch-options", "validate", "push"] == (await steps(push))[:3]


async def test_a_bill_is_pushed_right_after_its_supplier(skipping):
    async with cluster(skipping, skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(offers=["suppliers"])
        await here.end(data_type="bills", data=record("bills"))
        supplier = await here.end(data_type="suppliers", data=record("suppliers"))
        (made,) = supplier.records
        bill = record("bills", "second") | {"supplierRef": {"id": made.id}}

        ended = await here.end(data_type="bills", data=bill)

    assert ("Success", []) == (ended.status, ended.errors)


async def test_a_local_step_that_fails_is_done_by_activities(skipping, monkeypatch):
    async def broken(*_asked, **_more):
        raise RuntimeError("broken")

    monkeypatch.setattr("activities.push.judged", broken)
    async with cluster(skipping, skipping=True) as here:
        push = await here.push()
        await here.codat.arrival(method="GET")
        monkeypatch.undo()

        assert "Success" == (await here.ending(push)).status
        assert ["fetch-options", "validate", "push"] == (await steps(push))[:3]
