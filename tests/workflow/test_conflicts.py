"""409 means "not ready", kept for its key, or an earlier request of ours still in flight."""

from datetime import timedelta

import pytest

from activities.models import Idempotency, PushPolicy
from tests.support.cluster import cluster, took
from tests.support.protocol import MODES, protocol, sent, written_once

both = pytest.mark.parametrize("mode", MODES)


def at_home(skipping, mode="honoured", **settings):
    policy = PushPolicy(idempotency=Idempotency(mode))
    return cluster(skipping, skipping=True, policy=policy, idempotency=mode, **settings)


async def test_a_409_that_is_kept_for_its_key_leads_to_the_next_number(skipping):
    async with at_home(skipping) as here:
        here.codat.fault("conflict", method="POST", times=1)
        push = await here.push()
        outcome = await here.ending(push)

        assert written_once(here, outcome)
        assert 2 == sent(here)[1]
    assert await took(push) < timedelta(minutes=5).total_seconds()


async def test_a_kept_409_costs_no_more_after_many_failures(skipping):
    async with at_home(skipping) as here:
        here.codat.fault("throttle", method="POST", times=8, retry_after=1)
        here.codat.fault("conflict", method="POST", nth=9, times=1)
        push = await here.push()
        outcome = await here.ending(push)

        assert written_once(here, outcome)
    assert await took(push) < timedelta(minutes=2).total_seconds()


async def test_a_429_between_does_not_make_a_kept_409_young_again(skipping):
    async with at_home(skipping) as here:
        here.codat.fault("conflict", method="POST", times=1)
        here.codat.fault("throttle", method="POST", nth=5, times=1, retry_after=1)
        push = await here.push()
        outcome = await here.ending(push)

        assert written_once(here, outcome)
    assert await took(push) < timedelta(minutes=2).total_seconds()


@both
async def test_a_409_that_passes_is_sent_the_same_number_again(skipping, mode):
    async with at_home(skipping, mode) as here:
        here.codat.fault("conflict", method="POST", times=3, kept=False)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (4, 1) == sent(here)


@both
async def test_a_platform_never_ready_is_asked_until_the_deadline(skipping, mode):
    async with at_home(skipping, mode) as here:
        here.codat.fault("conflict", method="POST")
        outcome = await here.end(timeout_in_minutes=60)

        assert len(here.posts) < 40
    assert ("TimedOut", False) == (outcome.status, outcome.submitted)


async def test_a_request_in_flight_is_waited_for_under_its_key(skipping):
    async with at_home(skipping) as here:
        here.codat.fault("processed-late", method="POST", nth=1, seconds=90)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == sent(here)[1]


async def test_a_request_that_stays_in_flight_is_looked_for(devserver, monkeypatch):
    monkeypatch.setattr("workflows.submission.IN_FLIGHT_FOR", timedelta())
    async with protocol(devserver, find_for=3, echo_data=True) as here:
        here.codat.fault("processed-late", method="POST", nth=1, seconds=1.5)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 1) == sent(here)
    assert "by comparing its contents" in outcome.warnings[-1].message
