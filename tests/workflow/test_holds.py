"""Pushes that an operator holds back, on the real server."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from activities import holds as known
from activities.holds import Hold
from dispatch.holds import hold, release
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.eventually import eventually

COMPANY = UUID(seeds.COMPANY)


def a_hold(**fields):
    return Hold(**{"reason": "closed", "by": "ann", "since": datetime.now(UTC)} | fields)


async def held(here, **fields):
    return await hold(here.client, COMPANY, a_hold(**fields), task_queue=here.task_queue)


async def test_a_held_push_waits_says_why_and_goes_when_it_is_released(devserver, monkeypatch):
    monkeypatch.setattr(known, "SOONEST", known.SOONEST / 15)
    async with cluster(devserver) as here:
        await held(here)
        push = await here.push()

        async def says_so():
            progress = await push.progress()
            return progress and "Held by ann" in (progress.waiting_for or "")

        await eventually(says_so)
        assert [] == here.posts
        await release(here.client, COMPANY, None, None)

        assert "Success" == (await push.outcome()).status


async def test_a_hold_of_one_data_type_holds_no_other(devserver):
    async with cluster(devserver) as here:
        await held(here, data_type="bills")
        outcome = await here.end()
        await release(here.client, COMPANY, None, None)

        assert "Success" == outcome.status


async def test_two_who_hold_the_same_at_once_both_hold_it(devserver):
    async with cluster(devserver) as here:
        both = await asyncio.gather(*(held(here, by=who) for who in ("ann", "bob")))
        await release(here.client, COMPANY, None, None)

    assert [1, 1] == [len(holds) for holds in both]


async def test_what_lies_within_is_released_and_the_rest_stays(devserver):
    async with cluster(devserver) as here:
        await held(here, data_type="bills")
        await held(here, data_type="invoices", reason="audit")
        left = await release(here.client, COMPANY, None, "bills")
        none = await release(here.client, COMPANY, None, None)

        assert (["audit"], []) == ([one.reason for one in left], none)


async def test_releasing_what_nobody_holds_is_no_error(devserver):
    async with cluster(devserver) as here:
        assert [] == await release(here.client, UUID(seeds.OTHER_COMPANY), None, None)


async def test_a_hold_counts_from_the_servers_time(devserver):
    wrong = datetime.now(UTC) + timedelta(days=3)
    async with cluster(devserver) as here:
        (kept,) = await held(here, since=wrong)
        await release(here.client, COMPANY, None, None)

    assert timedelta() <= datetime.now(UTC) - kept.since < timedelta(minutes=2)
