"""A hint of Codat's cuts a wait short, and harms nothing whenever it comes."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.service import RPCError

from activities.models import PushPolicy
from codat.quota import DailyQuota
from dispatch.pushes import Push
from emulator import seeds
from tests.support.cluster import Cluster, cluster, took
from tests.support.eventually import eventually

PATIENT = PushPolicy(poll_first=timedelta(hours=1), poll_cap=timedelta(hours=2))
NEXT_OF_THE_GRID = 7660
"""Seconds: 67.5 minutes to a mark of the company's grid at most, an hour to the first look."""


async def waits(push: Push) -> bool:
    progress = await push.progress()
    return bool(progress and progress.next_look_utc and progress.push_operation_key)


async def hint(push: Push, *about: Any) -> None:
    await push.handle.signal("operation-updated", args=about)


async def waiting_push(here: Cluster, **fields: Any) -> Push:
    push = await here.push(**fields)
    await eventually(lambda: waits(push))
    return push


def looks(here: Cluster) -> int:
    return len([one for one in here.codat.journal() if one["did"] == "read operation"])


@pytest.mark.parametrize("about", [(), ("an operation",), ({"id": 1}, None, 3)])
async def test_a_hint_cuts_the_wait_short(skipping, about):
    async with cluster(skipping, policy=PATIENT, skipping=True) as here:
        push = await waiting_push(here)
        here.codat.advance(10)
        await hint(push, *about)
        outcome = await here.ending(push)

        assert ("Success", 1) == (outcome.status, looks(here))
    assert await took(push) < 60


async def test_without_a_hint_the_first_look_comes_when_it_is_due(skipping):
    async with cluster(skipping, policy=PATIENT, skipping=True) as here:
        push = await waiting_push(here)
        await here.ending(push)

    assert 3600 <= await took(push) <= NEXT_OF_THE_GRID


async def test_a_hint_that_comes_too_early_or_lies_costs_one_look(skipping):
    async with cluster(skipping, policy=PATIENT, skipping=True) as here:
        push = await waiting_push(here, connection_id=seeds.OFFLINE, timeout_in_minutes=30)
        await hint(push)
        await eventually(lambda: _looked(here, 1))
        outcome = await here.ending(push)

        assert 2 == looks(here)  # the hinted one, and the last question
    assert "TimedOut" == outcome.status


async def _looked(here: Cluster, times: int) -> bool:
    return looks(here) >= times


async def test_a_hint_before_the_answer_to_the_post_is_not_lost(skipping):
    async with cluster(skipping, policy=PATIENT, skipping=True) as here:
        here.codat.fault("throttle", method="POST", retry_after=1, times=1)
        push = await here.push()
        await eventually(lambda: _throttled(here))
        await hint(push)
        outcome = await here.ending(push)

        assert 1 == len(here.records)
    assert "Success" == outcome.status
    assert await took(push) <= NEXT_OF_THE_GRID


async def _throttled(here: Cluster) -> bool:
    return bool(here.posts)


async def test_many_hints_at_once_cost_little(skipping):
    async with cluster(skipping, policy=PATIENT, skipping=True) as here:
        push = await waiting_push(here, connection_id=seeds.OFFLINE, timeout_in_minutes=30)
        for _ in range(20):
            await hint(push)
        outcome = await here.ending(push)

        assert looks(here) <= 22
    assert "TimedOut" == outcome.status


async def test_a_hint_after_the_end_changes_nothing(skipping):
    async with cluster(skipping, skipping=True) as here:
        push = await here.push()
        outcome = await here.ending(push)
        with pytest.raises(RPCError, match=r"(?i)completed"):
            await hint(push)

        assert outcome == await push.outcome()


async def test_a_hint_cuts_short_what_is_saved_for_pushes(skipping, monkeypatch):
    monkeypatch.setattr(DailyQuota, "is_short", True)
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(delay=5)
        push = await here.push()
        await eventually(lambda: _saves(push))
        here.codat.advance(10)
        await hint(push)
        await here.ending(push)

        assert 1 == looks(here)
    assert await took(push) < 60


async def _saves(push: Push) -> bool:
    progress = await push.progress()
    return bool(progress and "requests for today run low" in (progress.waiting_for or ""))
