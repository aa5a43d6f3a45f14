"""A push's time: nothing is sent too late, nothing is told too early."""

import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from activities.models import PushPolicy
from activities.start_memo import START_MEMO
from codat.client import CodatClient
from codat.errors import CodatUnreachable
from dispatch.pushes import Push
from dispatch.start_header import with_start_header
from dispatch.start_options import start_memo
from emulator import seeds
from tests.support.cluster import Cluster, a_request, cluster, took

READS = r"^.*/push/[^/]+$"


def told_minutes(here: Cluster) -> list[str]:
    return [parse_qs(one["query"].lstrip("?"))["timeoutInMinutes"][0] for one in here.posts]


def hold_options(here: Cluster, seconds: float) -> None:
    """Let the time run before anything can be sent."""
    here.codat.fault("throttle", method="GET", path="options", times=1, retry_after=seconds)


@pytest.mark.parametrize(
    ("minutes", "held", "told"),
    [(1, 0, "1"), (2, 61, "1"), (1, 29, "1"), (2, 29, "2"), (2, 31, "1"), (10, 540, "1")],
)
async def test_the_platform_is_told_the_minutes_that_are_left(skipping, minutes, held, told):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        if held:
            hold_options(here, held)
        outcome = await here.end(timeout_in_minutes=minutes)

        assert [told] == told_minutes(here)
    assert "Success" == outcome.status


@pytest.mark.parametrize(("minutes", "held"), [(1, 31), (1, 59), (2, 91), (10, 571)])
async def test_with_less_than_half_a_minute_left_nothing_is_sent(skipping, minutes, held):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        hold_options(here, held)
        outcome = await here.end(timeout_in_minutes=minutes)

        assert [] == here.posts
    assert ("TimedOut", False, False) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


async def test_trying_for_options_costs_time_of_the_push(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("error-before-commit", path="options")
        push = await here.push(timeout_in_minutes=5)
        outcome = await here.ending(push)

        assert ("TimedOut", []) == (outcome.status, here.posts)
    assert 270 <= await took(push) <= 301


async def test_trying_to_send_costs_time_of_the_push(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("refuse", method="POST")
        push = await here.push(timeout_in_minutes=5)
        outcome = await here.ending(push)

    assert ("TimedOut", False) == (outcome.status, outcome.submitted)
    assert 270 <= await took(push) <= 301


async def test_a_platform_that_throttles_does_not_stop_the_clock(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("throttle", method="POST", retry_after=50)
        push = await here.push(timeout_in_minutes=5)
        outcome = await here.ending(push)

        assert len(here.posts) <= 6
    assert ("TimedOut", False) == (outcome.status, outcome.submitted)
    assert await took(push) <= 301


async def test_an_hour_in_the_queue_is_not_given_back(skipping):
    request = a_request(timeout_in_minutes=30)
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        first = start_memo(here.client, request)
        await with_start_header(here.client, first).start_workflow(
            "push",
            request,
            id=request.workflow_id,
            task_queue=here.task_queue,
            start_delay=timedelta(hours=1),
            memo={START_MEMO: first},
        )
        outcome = await here.ending(Push(here.client, request.push_id))

        assert [] == here.codat.journal()
    assert ("TimedOut", False) == (outcome.status, outcome.submitted)


@pytest.mark.parametrize(
    ("connection", "ending"), [(seeds.PROMPT, "Success"), (seeds.REFUSING, "Failed")]
)
async def test_what_ended_just_before_the_deadline_counts(skipping, connection, ending):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.connection(connection).set(delay=58)
        push = await here.push(connection_id=connection, timeout_in_minutes=1)
        outcome = await here.ending(push)

    assert ending == outcome.status
    assert 60 <= await took(push) < 61


async def test_what_ends_after_the_deadline_is_told_as_timed_out(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.connection(seeds.PROMPT).set(delay=61.5)
        push = await here.push(timeout_in_minutes=1)
        outcome = await here.ending(push)

    assert ("TimedOut", True) == (outcome.status, outcome.may_still_land)
    assert 60 <= await took(push) < 61


async def test_the_platforms_own_time_out_may_still_land(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        hold_options(here, 31)  # 89 s left, of which the platform is told one minute
        outcome = await here.end(connection_id=seeds.OFFLINE, timeout_in_minutes=2)

    assert ("TimedOut", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


async def test_a_push_that_is_unreadable_at_the_deadline_is_unknown(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("refuse", method="GET", path=READS)
        push = await here.push(timeout_in_minutes=1)
        outcome = await here.ending(push)

    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)
    assert 355 < await took(push) <= 361


async def test_a_platform_that_answers_within_five_minutes_is_believed(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("refuse", method="GET", path=READS, times=12)
        outcome = await here.end(timeout_in_minutes=1)

    assert "Success" == outcome.status


@pytest.mark.parametrize(("patience", "ending"), [(250, "Success"), (450, "Unknown")])
async def test_a_retry_after_at_the_deadline_gets_five_minutes(skipping, patience, ending):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("throttle", method="GET", path=READS, retry_after=patience, times=1)
        push = await here.push(timeout_in_minutes=1)
        outcome = await here.ending(push)

        reads = [one for one in here.codat.journal(method="GET") if re.match(READS, one["path"])]
        assert len(reads) <= 2
    assert ending == outcome.status
    assert await took(push) <= 361


async def test_a_platform_that_is_back_in_the_last_seconds_is_believed(skipping, monkeypatch):
    began, read = await skipping.get_current_time(), CodatClient.operation

    async def down(client, *which):
        if await skipping.get_current_time() < began + timedelta(seconds=60 + 290):
            raise CodatUnreachable("Codat could not be reached; nothing was sent.")
        return await read(client, *which)

    monkeypatch.setattr(CodatClient, "operation", down)
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        outcome = await here.end(timeout_in_minutes=1)

    assert "Success" == outcome.status


async def test_a_push_that_was_sent_late_is_looked_at_soon(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("throttle", method="POST", retry_after=1800, times=1)
        here.codat.connection(seeds.PROMPT).set(delay=2)
        push = await here.push()
        await here.ending(push)

    assert 1800 <= await took(push) < 1815


async def test_a_minute_takes_at_most_five_looks_and_the_last_question(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=1)
        await here.ending(push)
        reads = [one for one in here.codat.journal() if one["did"] == "read operation"]

    assert len(reads) <= 6
