"""What is to be sent passes what waits, whoever's it is."""

import pytest
from temporalio.api.enums.v1 import EventType

from activities.models import PushPolicy
from dispatch.priorities import StartPriorities
from emulator import seeds
from tests.support.cluster import cluster


@pytest.mark.parametrize(("own", "send", "look"), [(3, 2, 3), (5, 4, 5)])
async def test_a_request_passes_polls(skipping, monkeypatch, own, send, look):
    monkeypatch.setattr(StartPriorities, "priority", lambda *_: own)
    async with cluster(skipping, skipping=True, policy=PushPolicy()) as here:
        push = await here.push(connection_id=seeds.PROMPT)
        await here.ending(push)
        events = (await push.handle.fetch_history()).events
    scheduled = [
        event.activity_task_scheduled_event_attributes
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    priorities = {one.activity_type.name: one.priority.priority_key for one in scheduled}

    assert (send, look) == (priorities["push"], priorities["poll-status"])
