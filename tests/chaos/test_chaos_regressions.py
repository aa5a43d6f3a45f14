"""Stories that `bench/chaos/` told, each as short as it can be."""

from datetime import timedelta

from emulator.examples import record
from tests.support.cluster import cluster, took
from tests.support.eventually import eventually


async def test_an_update_is_sent_although_it_has_no_key(devserver):
    async with cluster(devserver) as here:
        outcome = await here.end(record_id="account-1")
        methods = [one["method"] for one in here.posts]

    assert ("Success", ["PUT"]) == (outcome.status, methods)


async def test_a_lost_answer_is_asked_for_every_half_minute_at_least(skipping):
    async with cluster(skipping, skipping=True) as here:
        here.codat.fault("drop-before-commit", method="POST", nth=1, times=8)
        push = await here.push()
        await here.ending(push)
        waited = await took(push)

    assert 2 + 4 + 8 + 16 + 4 * 30 <= waited < 240


async def test_a_late_answer_of_another_push_makes_no_unknown(
    devserver,
):
    async with cluster(devserver, read_timeout=timedelta(seconds=2)) as here:
        here.codat.fault("hang", method="POST", nth=1, seconds=1.5)
        here.codat.fault("error-before-commit", method="POST", nth=2)
        slow = await here.push(data_type="suppliers", data=record("suppliers", "1"))
        await eventually(lambda: _sent(here, 1))
        failing = await here.push(data_type="suppliers", data=record("suppliers", "2"))
        outcomes = [await slow.outcome(), await failing.outcome()]

    assert ["Success", "Success"] == [outcome.status for outcome in outcomes]


async def _sent(here, count):
    return len(here.posts) >= count
