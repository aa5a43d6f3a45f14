"""Weeks of waiting: few looks, short histories, nothing forgotten.

`OFFLINE_DAYS=30 pytest --timeout 900 tests/workflow/test_patience.py -k off_for_days`: minutes.
"""

import os
from datetime import timedelta

import pytest
from temporalio import workflow

from activities.models import PushPolicy
from dispatch.pushes import Push
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.eventually import eventually


@pytest.fixture(name="short_histories")
def _short_histories(monkeypatch):
    monkeypatch.setattr(
        workflow.Info,
        "is_continue_as_new_suggested",
        lambda info: info.get_current_history_length() > 100,
    )


async def runs(push: Push) -> list[int]:
    """Give the length of each run's history, the latest first."""
    lengths, run_id = [], (await push.describe()).run_id
    while run_id:
        handle = push.client.get_workflow_handle(push.workflow_id, run_id=run_id)
        events = [event async for event in handle.fetch_history_events()]
        lengths.append(len(events))
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return lengths


@pytest.mark.usefixtures("short_histories")
async def test_a_platform_that_is_off_for_days_is_waited_for(skipping):
    days = int(os.environ.get("OFFLINE_DAYS", "1"))
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(delay=days * 86400)
        push = await here.push()
        outcome = await here.ending(push)
        lengths = await runs(push)

        assert 96 * days <= len(here.codat.journal()) <= 96 * days + 20
        assert 1 == len(here.posts)
    assert "Success" == outcome.status
    assert max(lengths) < 130
    assert len(lengths) > 8 * days


async def test_a_worker_keeps_few_events_of_a_push_that_waits_long(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(delay=86400)
        push = await here.push()
        outcome = await here.ending(push)
        lengths = await runs(push)

        assert len(here.codat.journal()) <= 116
        assert 1 == len(here.posts)
    assert "Success" == outcome.status
    assert 200 < max(lengths) < 230


@pytest.mark.usefixtures("short_histories")
async def test_a_long_history_does_not_move_the_deadline(skipping):
    policy = PushPolicy(poll_first=timedelta(seconds=20), poll_factor=1)
    async with cluster(skipping, policy=policy, skipping=True) as here:
        push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=30)
        outcome = await here.ending(push)
        run = await push.describe()

        assert 1 == len(here.posts)
        assert len(await runs(push)) > 5
    assert ("TimedOut", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )
    assert run.close_time
    assert 1800 <= (run.close_time - outcome.requested_on_utc).total_seconds() < 1801


@pytest.mark.usefixtures("short_histories")
async def test_warnings_outlast_a_long_history(skipping):
    policy = PushPolicy(poll_first=timedelta(seconds=20), poll_factor=1)
    async with cluster(skipping, policy=policy, skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(delay=900)
        request = {"name": "An account", "nominalCode": "77", "nobodyKnows": 1}
        push = await here.push(data=request, validation="advise")
        outcome = await here.ending(push)

        assert len(await runs(push)) > 2
    assert any("nobodyKnows" in one.pointer for one in outcome.warnings)


@pytest.mark.parametrize(
    ("fault", "where", "said"),
    [
        (None, {}, "the platform says Pending"),
        ("throttle", {"method": "POST", "retry_after": 600}, "429"),
        ("refuse", {"method": "POST"}, "could not be reached"),
        ("unauthorized", {"path": "options"}, "401"),
    ],
)
async def test_operators_see_why_a_push_waits_and_until_when(skipping, fault, where, said):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        if fault:
            here.codat.fault(fault, **where)
        push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=30)
        await eventually(lambda: _waits(push))
        details = await push.handle.query("__temporal_workflow_metadata")
        summaries = [
            (await push.client.data_converter.decode([event.user_metadata.summary]))[0]
            async for event in push.handle.fetch_history_events()
            if event.HasField("timer_started_event_attributes")
        ]
        await push.handle.terminate()

    (summary,) = set(summaries) - {"the deadline"}
    assert said in summary
    assert "(until " in summary
    assert said in details.current_details
    assert "- goes on at " in details.current_details


async def _waits(push: Push) -> bool:
    progress = await push.progress()
    return bool(progress and progress.next_look_utc)
