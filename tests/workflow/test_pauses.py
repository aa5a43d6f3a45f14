"""What an operator paused: every command goes on working, and says who paused it."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    PauseWorkflowExecutionRequest,
    UnpauseWorkflowExecutionRequest,
)

from activities.holds import Hold
from codat.models import PushStatus
from commands.push_status import fetch_status, status_of
from dispatch.holds import all_holds, hold, hold_workflow_id, release
from dispatch.listing import list_pushes
from dispatch.selection import Selection
from dispatch.timeline.build import build_timeline
from emulator import seeds
from tests.support.activity_commands import ActivityCommands
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from tests.support.temporal_commands import history, terminate
from workflows.models import PushProgress

COMPANY = UUID(seeds.COMPANY)


async def pause(client, workflow_id):
    await client.workflow_service.pause_workflow_execution(
        PauseWorkflowExecutionRequest(**_asked(client, workflow_id))
    )


async def unpause(client, workflow_id):
    await client.workflow_service.unpause_workflow_execution(
        UnpauseWorkflowExecutionRequest(**_asked(client, workflow_id))
    )


def _asked(client, workflow_id):
    return {
        "namespace": client.namespace,
        "workflow_id": workflow_id,
        "identity": "an operator",
        "reason": "closing the books",
    }


async def test_a_paused_push_is_listed_shown_and_goes_on(devserver):
    async with cluster(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=2)
        push = await here.push()
        await pause(here.client, push.workflow_id)

        async def is_listed():
            pending = Selection(statuses=(PushStatus.PENDING,), company=COMPANY)
            listed = (await list_pushes(here.client, pending)).pushes
            return push.push_id in [one.push_id for one in listed]

        await eventually(is_listed)
        told = await build_timeline(push)
        standing = await fetch_status(push)
        await unpause(here.client, push.workflow_id)
        outcome = await push.outcome()

    last = told.moments[-1]
    assert ("an operator", ("closing the books",)) == (last.who, last.said)
    assert "the workflow is paused" in last.what
    assert isinstance(standing, PushProgress)
    assert ("paused", PushStatus.PENDING) == (standing.stage, status_of(standing))
    assert "Success" == outcome.status


async def test_a_push_says_that_its_activity_is_paused_and_by_whom(devserver):
    async with cluster(devserver) as here:
        here.codat.fault("error-before-commit", method="GET", path="/options/")
        push = await here.push()
        commands = ActivityCommands(push, "fetch-options")
        await commands.pends_again()
        await commands.pause()
        told = await build_timeline(push)
        here.codat.forget_faults()
        await commands.unpause()
        outcome = await push.outcome()

    paused = [one for one in told.moments if "fetch-options is paused" in one.what]
    assert [("an operator", ("a test",))] == [(one.who, one.said) for one in paused]
    assert "Success" == outcome.status


async def test_holds_are_held_while_their_keeper_is_paused(devserver):
    async with cluster(devserver) as here:
        held = Hold(reason="closed", by="ann", since=datetime.now(UTC))
        await hold(here.client, COMPANY, held, task_queue=here.task_queue)
        keeper = hold_workflow_id(COMPANY)
        await pause(here.client, keeper)
        push = await here.push()
        listed = await eventually_listed(here.client)
        await unpause(here.client, keeper)
        before = list(here.posts)
        await release(here.client, COMPANY, None, None)
        await terminate(push)

    assert ["closed"] == [one.reason for one in listed]
    assert [] == before


async def eventually_listed(client):
    listed = []

    async def is_listed():
        listed[:] = (await all_holds(client)).get(COMPANY, [])
        return listed

    await eventually(is_listed)
    return listed


async def test_a_hold_passes_over_signals_that_it_can_not_read(devserver):
    async with cluster(devserver) as here:
        held = Hold(reason="closed", by="ann", since=datetime.now(UTC))
        await hold(here.client, COMPANY, held, task_queue=here.task_queue)
        keeper = here.client.get_workflow_handle(hold_workflow_id(COMPANY))
        for inputs in ([], [held, held], ["x"], [None]):
            await keeper.signal("hold", args=inputs)
            await keeper.signal("release", args=inputs)
        left = await asyncio.wait_for(release(here.client, COMPANY, None, None), 30)

    assert [] == left


async def test_a_push_cancelled_before_sending_tells_its_backend(devserver):
    async with cluster(devserver) as here:
        here.codat.fault("error-before-commit", method="GET", path="/options/")
        push = await here.push()
        await here.codat.arrival(0, "GET", longest=5)
        await push.handle.cancel()
        await push.outcome()
        kinds = [event.event_type for event in await history(push)]

    told = EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED
    assert 1 == kinds.count(told)
