"""Looking for a lost request beside a neighbour whose own answer is still to come."""

from activities.others import Others
from dispatch.pushes import Push
from tests.support.protocol import held_up, protocol
from tests.support.waiting import eventually
from workflows.attributes import PUSH_OPERATION_KEY


async def test_a_neighbour_that_has_its_answer_in_the_middle_of_a_look_is_waited_for(
    devserver, monkeypatch
):
    holders = Others.holders
    async with protocol(devserver, find_for=3) as here, held_up(answer=True) as gate:
        here.codat.fault("error-before-commit", method="POST", nth=2)
        neighbour = await here.push()
        await gate.reached.wait()

        async def asked_before_it(others, operations):
            held = await holders(others, operations)
            gate.open.set()
            await eventually(lambda: _is_listed_with_its_operation(neighbour))
            return held

        monkeypatch.setattr(Others, "holders", asked_before_it)
        outcome = await here.end()

        assert "Success" == (await neighbour.outcome()).status
        assert 2 == len(here.records)
    assert "Success" == outcome.status


async def _is_listed_with_its_operation(push: Push) -> bool:
    listed = push.client.list_workflows(f'WorkflowId="{push.workflow_id}"')
    operations = [one.typed_search_attributes.get(PUSH_OPERATION_KEY) async for one in listed]
    return bool(operations) and all(operations)
