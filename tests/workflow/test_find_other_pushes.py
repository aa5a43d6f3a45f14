"""What a push that looks for its lost request can know of its neighbours' operations."""

from temporalio import workflow

from activities.other_pushes import OtherPushes
from dispatch.pushes import Push
from emulator import seeds
from tests.support.eventually import eventually
from tests.support.protocol import held_up, protocol
from tests.support.temporal_commands import point_after, start_again, terminate
from workflows.attributes import PUSH_OPERATION_KEY


async def test_a_push_that_is_answered_during_a_search_is_waited_for(devserver, monkeypatch):
    holders = OtherPushes.holders
    async with protocol(devserver, find_for=3) as here, held_up(answer=True) as gate:
        here.codat.fault("error-before-commit", method="POST", nth=2)
        neighbour = await here.push()
        await gate.reached.wait()

        async def asked_before_it(others, operations):
            held = await holders(others, operations)
            gate.open.set()
            await eventually(lambda: _is_listed_with_its_operation(neighbour))
            return held

        monkeypatch.setattr(OtherPushes, "holders", asked_before_it)
        outcome = await here.end()

        assert "Success" == (await neighbour.outcome()).status
        assert 2 == len(here.records)
    assert "Success" == outcome.status


async def _is_listed_with_its_operation(push: Push) -> bool:
    listed = push.client.list_workflows(f'WorkflowId="{push.workflow_id}"')
    operations = [one.typed_search_attributes.get(PUSH_OPERATION_KEY) async for one in listed]
    return bool(operations) and all(operations)


async def test_an_operation_of_a_terminated_run_is_known_as_the_pushs(devserver, monkeypatch):
    async def never_told(_story, _outcome):
        await workflow.wait_condition(lambda: False)

    async with protocol(devserver) as here:
        with monkeypatch.context() as patch:
            patch.setattr("workflows.push.start_notification", never_told)
            push = await here.push(connection_id=seeds.SYNCHRONOUS)
            await point_after(push, "push")
            await terminate(push)
        await start_again(push, here.task_queue)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
    assert "Success" == outcome.status
    told = (await push.describe()).typed_search_attributes
    assert str(outcome.push_operation_key) == told.get(PUSH_OPERATION_KEY)
