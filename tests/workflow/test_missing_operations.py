"""Codat answers 404 for an operation of ours: its company is deleted, or it is too early."""

from datetime import timedelta

import pytest

from activities.models import PushPolicy
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.cluster import cluster, took
from tests.support.eventually import eventually
from tests.support.protocol import MODES, protocol, written_once
from tests.support.temporal_commands import reset, start_like
from workflows.models import Resolution

READS = r"^.*/push/[^/]+$"


async def test_nothing_but_404_for_an_hour_is_unknown(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("not-found", method="GET", path=READS)
        push = await here.push()
        outcome = await here.ending(push)

        assert len(here.codat.journal()) < 20
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)
    assert f"Codat has not known operation {outcome.push_operation_key} for" in outcome.message
    assert 3600 <= await took(push) < 7200


async def test_another_answer_begins_the_hour_anew(skipping, monkeypatch):
    monkeypatch.setattr("workflows.no_proof.MISSING_FOR", timedelta(minutes=12))
    async with cluster(skipping, policy=PushPolicy(poll_factor=2), skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(delay=1200)
        for look in (6, 8, 9):
            here.codat.fault("not-found", method="GET", path=READS, nth=look)
        outcome = await here.end()

    assert "Success" == outcome.status


async def test_an_onlooker_is_told(devserver):
    async with cluster(devserver) as here:
        here.codat.fault("not-found", method="GET", path=READS)
        push = await here.push()

        async def is_told():
            progress = await push.progress()
            return bool(progress and progress.waiting_for and "404" in progress.waiting_for)

        await eventually(is_told)
        await reset(push)
        await eventually(is_told)
        here.codat.forget_faults()
        outcome = await push.outcome()

        assert written_once(here, outcome)
        assert 1 == len(here.posts)


@pytest.mark.parametrize("mode", MODES)
async def test_asked_for_again_it_sends_nothing_without_a_persons_word(
    devserver, mode, monkeypatch
):
    monkeypatch.setattr("workflows.no_proof.MISSING_FOR", timedelta(seconds=0.3))
    async with protocol(devserver, mode) as here:
        here.codat.fault("not-found", method="GET", path=READS)
        push = await here.push()
        endings = [await push.outcome()]
        await start_like(push, here.task_queue)
        endings.append(await push.outcome())
        await retry_push(push, task_queue=here.task_queue)
        endings.append(await push.outcome())

        assert 1 == len(here.posts)
        word = Resolution(not_written=True)
        await retry_push(push, task_queue=here.task_queue, settlement=word)
        await push.outcome()

        assert 2 == len(here.posts)
    assert {("Unknown", True)} == {(one.status, one.may_still_land) for one in endings}
    assert "404" in endings[-1].message
    assert "--not-written" in endings[-1].message


async def test_a_used_resolution_sends_nothing_for_a_missing_operation(devserver):
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("failed-without-proof", method="POST", times=1, lands=None)
        push = await here.push()
        await push.outcome()
        here.codat.connection(seeds.PROMPT).set(delay=60)
        word = Resolution(not_written=True)
        await retry_push(push, task_queue=here.task_queue, settlement=word)
        await eventually(lambda: _has_sent(here, 2))
        here.codat.fault("not-found", method="GET", path=READS)
        await reset(push)
        outcome = await push.outcome()

        assert 2 == len(here.posts)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def _has_sent(here, count):
    return len(here.posts) >= count
