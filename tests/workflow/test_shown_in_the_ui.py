"""What Temporal's UI is given of a push to show: foreign text stays text."""

import json
from datetime import timedelta

from temporalio.api.enums.v1 import EventType

from codat.client import CodatClient
from codat.errors import CodatThrottled
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.protocol import protocol
from tests.support.temporal_commands import history
from workflows.markdown import plain

A_MOMENT = timedelta(seconds=1)
MARKUP = "[a](https://a.example) <b>b</b> *c*"


async def test_a_summary_shows_a_callers_key_as_text(skipping):
    async with cluster(skipping, skipping=True) as here:
        push = await here.push(idempotency_key=MARKUP)
        await here.ending(push)

        assert f"create chartOfAccounts {plain(MARKUP)}" == (
            await (await push.describe()).static_summary()
        )


async def test_a_wait_shows_what_codat_said_as_text(devserver, monkeypatch):
    push_once, throttled = CodatClient.push, [CodatThrottled(MARKUP, retry_after=A_MOMENT)]

    async def push_later(*arguments, **more):
        if throttled:
            raise throttled.pop()
        return await push_once(*arguments, **more)

    monkeypatch.setattr(CodatClient, "push", push_later)
    async with protocol(devserver) as here:
        push = await here.push()
        await push.outcome()
        (wait,) = [
            json.loads(event.user_metadata.summary.data)
            for event in await history(push)
            if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
            and b"sending again" in event.user_metadata.summary.data
        ]

    assert wait.startswith(f"sending again after: {plain(MARKUP)}")


async def test_the_panel_shows_what_the_platform_said_as_text(devserver):
    async with protocol(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(refusing=MARKUP)
        push = await here.push()
        await push.outcome()
        metadata = await push.handle.query("__temporal_workflow_metadata")

    assert plain(MARKUP) in metadata.current_details
    assert MARKUP not in metadata.current_details
