"""A push that ended in doubt is looked at again by itself."""

from temporalio.client import WorkflowExecutionStatus

from emulator import seeds
from tests.support.eventually import eventually
from tests.support.protocol import protocol, seconds_for_minutes

UNPROVEN = {"fault": "failed-without-proof", "method": "POST", "times": 1}


async def looks(here, push):
    """The runs of a push that have ended after the first that did; one that went on has not."""
    query = f'WorkflowId="{push.workflow_id}"'
    runs = [run async for run in here.client.list_workflows(query)]
    went_on = WorkflowExecutionStatus.CONTINUED_AS_NEW
    return len([run for run in runs if run.close_time and run.status is not went_on]) - 1


async def test_a_push_in_doubt_succeeds_when_its_operation_does(devserver):
    async with protocol(devserver, look_again_after=1) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0)
        here.codat.fault(**UNPROVEN, later=2)
        push = await here.push()
        first = await push.outcome()
        assert "Unknown" == first.status

        async def has_succeeded():
            return (await push.outcome()).status == "Success"

        await eventually(has_succeeded)
        healing = here.client.get_workflow_handle(f"push-look-again-{push.push_id}")
        assert await healing.result()
        assert 1 == len(here.posts)
    assert "Unknown" == first.status


async def test_a_look_sends_nothing(devserver):
    async with protocol(devserver, "ignored", look_again_after=1) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0)
        here.codat.fault(**UNPROVEN, lands=None)
        push = await here.push()
        await push.outcome()

        async def was_looked_at_twice():
            return await looks(here, push) >= 2

        await eventually(was_looked_at_twice)
        outcome = await push.outcome()
        assert 1 == len(here.posts)
        await here.client.get_workflow_handle(f"push-look-again-{push.push_id}").terminate()
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def test_a_push_without_doubt_is_not_looked_at(devserver):
    async with protocol(devserver, look_again_after=1) as here:
        push = await here.push()
        await push.outcome()
        query = f'WorkflowId="push-look-again-{push.push_id}"'

        assert [] == [run async for run in here.client.list_workflows(query)]


async def test_a_look_does_not_wait_for_a_pending_operation(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, look_again_after=1) as here:
        here.codat.connection(seeds.PROMPT).set(offline=True)
        push = await here.push(timeout_in_minutes=2)
        first = await push.outcome()

        async def was_looked_at():
            return await looks(here, push) >= 1

        await eventually(was_looked_at)
        outcome = await push.outcome()
        await here.client.get_workflow_handle(f"push-look-again-{push.push_id}").terminate()
    assert ["TimedOut", "TimedOut"] == [first.status, outcome.status]
    assert "looked again" in outcome.message
