"""How pushes end, on a server that skips time."""

from emulator import seeds
from tests.support.house import house


async def test_a_prompt_platform_ends_in_success(skipping):
    async with house(skipping, skipping=True) as here:
        outcome = await here.end()

    assert ("Success", 1) == (outcome.status, len(outcome.records))


async def test_a_synchronous_answer_needs_no_look(skipping):
    async with house(skipping, skipping=True) as here:
        outcome = await here.end(connection_id=seeds.SYNCHRONOUS)
        reads = [one for one in here.codat.journal() if one["did"] == "read operation"]

    assert ("Success", []) == (outcome.status, reads)


async def test_a_refusal_of_the_platform_ends_failed_with_its_words(skipping):
    async with house(skipping, skipping=True) as here:
        outcome = await here.end(connection_id=seeds.REFUSING)

    assert "Failed" == outcome.status
    assert "The period is closed for posting." in outcome.message


async def test_a_deadline_of_thirty_minutes_is_kept_to_the_second(skipping):
    async with house(skipping, skipping=True) as here:
        push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=30)
        outcome = await here.ending(push)
        closed = (await push.describe()).close_time

    assert ("TimedOut", True) == (outcome.status, outcome.may_still_land)
    assert closed
    assert 1800 <= (closed - outcome.requested_on_utc).total_seconds() < 1801
