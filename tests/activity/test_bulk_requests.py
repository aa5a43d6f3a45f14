"""A bulk leaves the day's requests to everybody else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from activities.bulk import PACE, REQUESTS, BulkActivities, BulkStep
from codat.quota import DailyQuota
from tests.support.activity_environment import perform
from tests.support.clocks import wall_clock_off


async def a_step(allowance, pushes=3, **fields):
    async def retry(_push, _step):
        return "retried"

    bulk = BulkActivities(retry, lambda: allowance)
    step = BulkStep(
        bulk_id="b1",
        pushes=[uuid4() for _ in range(pushes)],
        planned_on_utc=datetime.now(UTC),
        **{"gap_seconds": 0, **fields},
    )
    return await perform(bulk.bulk_retry, step)


@pytest.mark.parametrize("allowance", [DailyQuota(), DailyQuota(2000, 105)])
async def test_with_enough_requests_all_are_retried(allowance):
    done = await a_step(allowance)

    assert (3, None) == (len(done.results), done.not_before)


async def test_with_few_requests_left_it_retries_one_and_waits():
    done = await a_step(DailyQuota(2000, 103, timedelta(minutes=9)))

    assert 1 == len(done.results)
    assert timedelta(minutes=8) < done.not_before - datetime.now(UTC) < timedelta(minutes=9)


async def test_it_asks_again_every_hour():
    done = await a_step(DailyQuota(2000, 0, timedelta(hours=9)))

    assert done.not_before - datetime.now(UTC) < timedelta(hours=1)


@pytest.mark.parametrize("minutes", [-12, 0, 12])
async def test_a_gap_longer_than_a_step_is_left_to_the_workflow(minutes):
    with wall_clock_off(timedelta(minutes=minutes)):
        done = await a_step(DailyQuota(), pushes=1, gap_seconds=3600)

    assert (["retried"], PACE) == (done.results, done.waits_for)
    assert timedelta(minutes=59) < done.not_before - datetime.now(UTC) <= timedelta(hours=1)


async def test_after_the_last_push_there_is_nothing_to_wait_for():
    done = await a_step(DailyQuota(), pushes=1, gap_seconds=3600, is_last=True)

    assert (["retried"], None) == (done.results, done.not_before)


async def test_a_long_gap_is_longer_still_when_few_requests_are_left():
    few = DailyQuota(2000, 103, timedelta(minutes=9))
    done = await a_step(few, pushes=1, gap_seconds=60)

    assert REQUESTS == done.waits_for
    assert timedelta(minutes=8) < done.not_before - datetime.now(UTC) < timedelta(minutes=9)
