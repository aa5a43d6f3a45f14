"""Two pushes of an equal record: none takes what belongs to the other."""

import asyncio
import random
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.common import TypedSearchAttributes

from activities.other_pushes import OtherPushes
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.protocol import MODES, held_up, own_records, protocol
from tests.support.temporal_commands import start_like, terminate
from workflows.attributes import COMPANY_ID, CONNECTION_ID, DATA_TYPE

LOST = {"fault": "drop-before-commit", "method": "POST"}


@pytest.fixture(name="equal")
def _equal():
    return {"data": record("chartOfAccounts", number=uuid4().hex[:7])}


async def test_an_equal_push_that_was_terminated_keeps_its_operation(devserver, equal):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        async with held_up(answer=True) as gate:
            twin = await here.push(**equal)
            await gate.reached.wait()
            await terminate(twin)
        here.codat.fault(**LOST, nth=1)
        outcome = await here.end(**equal)

    assert ("Unknown", 1) == (outcome.status, len(outcome.candidates))


@pytest.mark.parametrize("inputs", [[], [None], [{}, {}], [{"data": 7}]], ids=str)
async def test_a_start_that_is_no_push_request_hinders_nobody(devserver, equal, inputs):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        sent = await here.push()
        await sent.outcome()
        place = [COMPANY_ID, CONNECTION_ID, DATA_TYPE]
        known = (await sent.describe()).typed_search_attributes
        odd = await here.client.start_workflow(
            "push",
            args=inputs,
            id=f"push-{uuid4()}",
            task_queue=here.task_queue,
            search_attributes=TypedSearchAttributes([one for one in known if one.key in place]),
        )
        with pytest.raises(WorkflowFailureError):
            await odd.result()
        await eventually(lambda: _is_listed(here.client, odd.id))
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        outcome = await here.end(**equal)

    assert "Success" == outcome.status


async def _is_listed(client, workflow_id):
    return [one async for one in client.list_workflows(f'WorkflowId="{workflow_id}"')]


async def test_an_equal_push_sent_anew_keeps_its_second_operation(devserver, equal):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        twin = await here.push(**equal, connection_id=seeds.REFUSING)
        await twin.outcome()
        here.codat.connection(seeds.REFUSING).set(refusing=None)
        async with held_up(answer=True) as gate:
            await start_like(twin, here.task_queue)
            await gate.reached.wait()
            here.codat.fault(**LOST, nth=1)
            outcome = await here.end(**equal, connection_id=seeds.REFUSING)

    assert ("Unknown", 1) == (outcome.status, len(outcome.candidates))


async def test_an_operation_held_but_not_listed_yet_is_left_alone(devserver, equal, monkeypatch):
    async def nobody(_others, _operations):
        return {}

    async with protocol(devserver, "ignored", echo_data=True) as here:
        await here.end(**equal)
        monkeypatch.setattr(OtherPushes, "holders", nobody)
        here.codat.fault(**LOST, nth=1)
        outcome = await here.end(**equal)

    assert ("Unknown", 1) == (outcome.status, len(outcome.candidates))


async def test_an_operation_that_another_push_holds_is_no_candidate(devserver, equal):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        await here.end(**equal)
        here.codat.fault(**LOST, nth=1)
        outcome = await here.end(**equal)

        assert 2 == len(here.records)
    assert "Success" == outcome.status


async def test_an_equal_record_never_written_leaves_both_unknown(devserver, equal):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault(**LOST, nth=2)
        both = [await here.push(**equal), await here.push(**equal)]
        outcomes = [await push.outcome() for push in both]

    assert ["Unknown", "Unknown"] == [one.status for one in outcomes]
    assert all(one.candidates and one.may_still_land for one in outcomes)


async def test_with_keys_two_equal_records_with_lost_answers_are_two(devserver, equal):
    async with protocol(devserver, echo_data=True) as here:
        here.codat.fault("commit-then-drop", method="POST", times=2)
        both = [await here.push(**equal), await here.push(**equal)]
        outcomes = [await push.outcome() for push in both]

        assert 2 == len(here.records)
    assert ["Success", "Success"] == [one.status for one in outcomes]


FAULTS = [
    "commit-then-drop",
    "drop-before-commit",
    "commit-then-5xx",
    "error-before-commit",
    "cut-body",
]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("mode", MODES)
async def test_no_two_equal_pushes_take_one_record(devserver, equal, mode, seed):
    chance = random.Random(f"{mode} {seed}")
    async with protocol(devserver, mode, echo_data=True) as here:
        for nth in (1, 2, 3):
            if chance.random() < 0.7:
                here.codat.fault(chance.choice(FAULTS), method="POST", nth=nth)
        both = [await here.push(**equal)]
        await asyncio.sleep(chance.choice([0, 0, 0.05, 0.2]))
        both.append(await here.push(**equal))
        outcomes = [await push.outcome() for push in both]
        written = [own_records(here, push) for push in both]
    for outcome, own in zip(outcomes, written, strict=True):
        assert len(own) <= 1
        assert outcome.submitted or not own
        # The other's record is as good, if both wrote one.
        assert own or outcome.status != "Success"
    taken = [[str(one.push_operation_key)] for one in outcomes if one.status == "Success"]
    assert all(each in written and taken.count(each) == 1 for each in taken)
