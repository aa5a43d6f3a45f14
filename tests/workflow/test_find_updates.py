"""What becomes of an update (PUT) whose answer is lost: it has no key, only the list tells."""

import pytest

from dispatch.pushes import Push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import a_request
from tests.support.protocol import MODES, keys, protocol

UPDATE = {
    "record_id": "supplier-1",
    "data_type": "suppliers",
    "data": record("suppliers", number="7"),
    "validation": "off",
}


async def test_an_update_is_put_once_and_carries_no_key(devserver):
    async with protocol(devserver) as here:
        outcome = await here.end(**UPDATE)

        assert [("PUT", None)] == [
            (one["method"], key) for one, key in zip(here.posts, keys(here), strict=True)
        ]
    assert "Success" == outcome.status


@pytest.mark.parametrize("mode", MODES)
async def test_an_update_that_was_lost_is_looked_for_and_sent_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("drop-before-commit", method="PUT", nth=1)
        outcome = await here.end(**UPDATE)

        assert (2, 1) == (len(here.posts), len(here.records))
        looks = [one for one in here.codat.journal(method="GET") if one["did"] == "listed"]
        assert 1 == len(looks)
    assert "Success" == outcome.status


async def test_a_lost_update_is_sent_again_before_a_later_one(devserver):
    async with protocol(devserver, find_for=4) as here:
        here.codat.fault("drop-before-commit", method="PUT", nth=1)
        first = await here.push(**UPDATE)
        await here.codat.arrival(method="PUT")
        newer = record("suppliers", number="8")
        later = await here.end(**UPDATE | {"data": newer})
        outcome = await first.outcome()

        assert [UPDATE["data"], newer] == [one["data"] for one in here.records]
    assert ("Success", "Success") == (later.status, outcome.status)


async def test_an_operation_on_another_record_is_not_our_update(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("drop-before-commit", method="PUT", nth=1)
        batch = {"connection": seeds.PROMPT, "count": 1, "dataType": "suppliers"}
        here.codat.seed(operations=[batch])
        outcome = await here.end(**UPDATE | {"record_id": "supplier-2"})

    assert "Success" == outcome.status


async def test_a_later_update_of_another_record_does_not_matter(devserver):
    async with protocol(devserver, find_for=4) as here:
        here.codat.fault("drop-before-commit", method="PUT", nth=1)
        first = await here.push(**UPDATE)
        await here.codat.arrival(method="PUT")
        await here.end(**UPDATE | {"record_id": "supplier-2"})
        outcome = await first.outcome()

    assert "Success" == outcome.status


@pytest.mark.parametrize(("record_id", "requests"), [("supplier-2", 3), ("7", 3)])
async def test_a_later_update_started_by_name_waits_for_its_turn(devserver, record_id, requests):
    async with protocol(devserver, find_for=4) as here:
        here.codat.fault("drop-before-commit", method="PUT", nth=1)
        first = await here.push(**UPDATE | {"record_id": "7"})
        await here.codat.arrival(method="PUT")
        later = a_request(**UPDATE | {"record_id": record_id})
        name = f"push-{later.push_id}"
        await here.client.start_workflow("push", later, id=name, task_queue=here.task_queue)
        outcomes = [await first.outcome(), await Push(here.client, later.push_id).outcome()]

        assert requests == len(here.posts)
    assert ["Success", "Success"] == [outcome.status for outcome in outcomes]
