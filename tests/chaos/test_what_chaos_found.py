"""Stories that `bench/chaos.py` told, each as short as it can be."""

from tests.support.house import house


async def test_an_update_is_sent_although_it_has_no_key(skipping):
    async with house(skipping, skipping=True) as here:
        outcome = await here.end(record_id="account-1")
        methods = [one["method"] for one in here.posts]

    assert ("Success", ["PUT"]) == (outcome.status, methods)
