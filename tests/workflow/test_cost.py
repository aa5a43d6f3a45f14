"""What one push costs, exactly: whoever makes it cost more or less changes the figures here."""

from uuid import UUID

import pytest
from temporalio.api.enums.v1 import EventType

from activities.durations import ENOUGH
from activities.models import PushPolicy
from bench.billed_actions import BILLED
from emulator import seeds
from tests.support.cluster import cluster

COUNTED = BILLED | {EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED}
SUPPLIER = {"supplierName": "Mill and Sons", "status": "Active"}


def counted(events):
    """The actions that are billed, and the events."""
    return len([event for event in events if event.event_type in COUNTED]), len(events)


# How the 60 s look and what the server itself counts: python -m bench.load.waiting.
@pytest.mark.parametrize(
    ("connection", "cost"),
    [
        pytest.param(seeds.SYNCHRONOUS, (2, 4, 13), id="ends in the first answer"),
        pytest.param(seeds.PROMPT, (3, 7, 25), id="ends before the first look"),
    ],
)
async def test_a_push_costs_so_many_requests_actions_and_events(skipping, connection, cost):
    async with cluster(skipping, skipping=True, policy=PushPolicy()) as here:
        push = await here.push(connection_id=UUID(connection), data_type="suppliers", data=SUPPLIER)
        await here.ending(push)
        events = (await push.handle.fetch_history()).events

        assert cost == (len(here.codat.journal()), *counted(events))


async def test_a_minute_costs_one_look_once_the_platform_is_known(skipping):
    async with cluster(skipping, skipping=True, policy=PushPolicy()) as here:
        here.codat.connection(seeds.PROMPT).set(delay=60)
        for _ in range(ENOUGH):
            await here.end()
        before = len(here.codat.journal())
        push = await here.push()
        await here.ending(push)
        events = (await push.handle.fetch_history()).events

        assert (2, 7, 25) == (len(here.codat.journal()) - before, *counted(events))
