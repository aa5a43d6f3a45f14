"""What a request for cancellation does, and what it can't."""

from emulator import seeds
from tests.support.cluster import cluster


async def test_cancelled_before_anything_was_sent_nothing_was_written(devserver):
    async with cluster(devserver) as here:
        here.codat.fault("error-before-commit", method="GET", path="/options/")
        push = await here.push()
        await here.codat.arrival(0, "GET", longest=5)
        await push.handle.cancel()
        outcome = await push.outcome()

        assert ("Failed", False) == (outcome.status, outcome.submitted)
        assert "Cancelled before anything was sent." == outcome.message


async def test_cancelled_after_sending_it_ends_with_the_truth(devserver):
    async with cluster(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=1)
        push = await here.push()
        await here.codat.arrival(0, "POST", longest=5)
        await push.handle.cancel()
        outcome = await push.outcome()

    assert "Success" == outcome.status
    assert "A sent record can't be recalled" in outcome.warnings[0].message


async def test_cancelled_with_the_answer_lost_nothing_more_is_sent(devserver):
    async with cluster(devserver, echo_data=True) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1)
        push = await here.push()
        await here.codat.arrival(0, "POST", longest=5)
        await push.handle.cancel()
        outcome = await push.outcome()

        assert "Unknown" == outcome.status
        assert 1 == len(here.posts)
