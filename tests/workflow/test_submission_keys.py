"""A deployment that is said to honour idempotency keys and does not."""

import asyncio
from datetime import timedelta

import pytest

from dispatch.retries import retry_push
from emulator import seeds
from tests.support.protocol import protocol, seconds_for_minutes, sent

LOST_TWICE = ({"fault": "commit-then-drop", "nth": 1}, {"fault": "throttle", "nth": 2})


def lose(here):
    for rule in LOST_TWICE:
        here.codat.fault(**rule, method="POST")


async def test_a_second_operation_under_the_same_key_is_told(devserver):
    async with protocol(devserver, "honoured", platform="ignored") as here:
        lose(here)
        outcome = await here.end()

    assert "Success" == outcome.status
    assert "Codat ignored the idempotency key" in outcome.warnings[-1].message


async def test_where_keys_are_not_honoured_a_failure_is_unknown(devserver):
    async with protocol(devserver, "honoured", platform="ignored") as here:
        lose(here)
        outcome = await here.end(connection_id=seeds.REFUSING)

    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def test_where_keys_are_ignored_a_retried_failure_sends_nothing(devserver):
    async with protocol(devserver, "honoured", platform="ignored") as here:
        lose(here)
        push = await here.push(connection_id=seeds.REFUSING)
        await push.outcome()
        posts = len(here.posts)
        await retry_push(push, task_queue=here.task_queue)
        outcome = await push.outcome()

        assert posts == len(here.posts)
    assert "Unknown" == outcome.status


async def test_the_deadline_may_pass_during_the_check_of_keys(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, "honoured", platform="ignored", find_for=180) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        async with asyncio.timeout(30):
            outcome = await here.end(timeout_in_minutes=3)

    assert "Success" == outcome.status


@pytest.mark.parametrize("minutes", [3, None])
async def test_a_list_that_cannot_be_read_hides_no_success(devserver, monkeypatch, minutes):
    seconds_for_minutes(monkeypatch)
    monkeypatch.setattr("workflows.steps.search.GLANCE", timedelta(seconds=1))
    async with protocol(devserver) as here:
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        here.codat.fault("error-before-commit", method="GET", path="^.*/push$")
        outcome = await here.end(timeout_in_minutes=minutes)

        assert 1 == len(here.records)
    assert "Success" == outcome.status


async def test_where_keys_are_honoured_a_failure_is_a_failure(devserver):
    async with protocol(devserver) as here:
        lose(here)
        outcome = await here.end(connection_id=seeds.REFUSING)

        assert (3, 1) == sent(here)
    assert ("Failed", False) == (outcome.status, outcome.may_still_land)


async def test_operations_of_other_pushes_under_way_are_no_sign_of_it(devserver):
    async with protocol(devserver, find_for=6) as here:
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        first = await here.push()
        others = [await here.push() for _ in range(8)]
        outcomes = await asyncio.gather(*(push.outcome() for push in (first, *others)))

    assert {"Success"} == {outcome.status for outcome in outcomes}
    assert [] == [outcome.warnings for outcome in outcomes if outcome.warnings]


@pytest.mark.parametrize("fault", ["error-before-commit", "unauthorized"])
async def test_an_unproven_repeat_is_asked_for_again_by_its_key(devserver, fault):
    async with protocol(devserver) as here:
        here.codat.settings(echo_data=False)
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault(fault, method="POST", nth=2)
        outcome = await here.end()

        assert (3, 1) == sent(here)
    assert "Success" == outcome.status
