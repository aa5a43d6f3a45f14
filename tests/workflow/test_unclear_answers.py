"""4xx answers that prove nothing: 408, 421, 425, and pages that are not Codat's own."""

import pytest

from activities.models import PushPolicy
from tests.support.cluster import cluster
from tests.support.protocol import MODES, protocol, sent, written_once
from tests.support.temporal_commands import history

both = pytest.mark.parametrize("mode", MODES)
each = pytest.mark.parametrize("status", [400, 403, 404, 408, 409, 421, 422, 425])


@each
async def test_after_a_proxys_page_the_same_key_asks_for_the_answer(devserver, status):
    async with protocol(devserver) as here:
        here.codat.fault("proxy-page", method="POST", nth=1, status=status)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 1) == sent(here)


@each
async def test_behind_a_proxys_page_the_record_is_found(devserver, status):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.fault("proxy-page", method="POST", nth=1, status=status)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (1, 1) == sent(here)


@both
@pytest.mark.parametrize("status", [408, 421, 425])
async def test_an_error_that_may_follow_a_commit_proves_nothing(devserver, mode, status):
    async with protocol(devserver, mode, echo_data=True) as here:
        here.codat.fault("commit-then-5xx", method="POST", nth=1, status=status)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == sent(here)[1]


async def test_a_record_behind_a_page_without_an_echo_is_unknown(devserver):
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("proxy-page", method="POST", nth=1)
        outcome = await here.end()

        assert (1, 1) == sent(here)
    assert ("Unknown", True, 1) == (
        outcome.status,
        outcome.may_still_land,
        len(outcome.candidates),
    )


@pytest.mark.parametrize(("mode", "keys"), [("honoured", 1), ("ignored", 2)])
async def test_a_page_that_came_in_place_of_the_work_delays_it(devserver, mode, keys):
    async with protocol(devserver, mode) as here:
        here.codat.fault("proxy-page", method="POST", nth=1, committed=False)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, keys) == sent(here)


@pytest.mark.parametrize(("mode", "looks"), [("honoured", 1), ("ignored", 2)])
async def test_a_page_that_comes_again_ends_the_push_as_unknown(devserver, mode, looks):
    async with protocol(devserver, mode) as here:
        here.codat.fault("proxy-page", method="POST", committed=False)
        push = await here.push()
        outcome = await push.outcome()

        assert 2 == sent(here)[0]
        assert looks == await _looks(push)
    assert ("Unknown", True, True) == (outcome.status, outcome.submitted, outcome.may_still_land)
    assert "403 (Forbidden) is not in Codat's own form" in outcome.message


async def _looks(push):
    scheduled = [one.activity_task_scheduled_event_attributes for one in await history(push)]
    return sum(one.activity_type.name == "find-submission" for one in scheduled)


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize("path", ["options", r"^.*/push/[^/]+$"])
async def test_a_proxys_page_in_reading_never_fails_a_push(skipping, path, status):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("proxy-page", method="GET", path=path, status=status, times=8)
        outcome = await here.end()

        assert 1 == len(here.posts)
    assert "Success" == outcome.status
