"""How pushes end, on a server that skips time."""

from unittest.mock import AsyncMock

import pytest

from commands.push_status import fetch_status
from dispatch.pushes import Push
from emulator import seeds
from tests.support.cluster import cluster


async def test_a_prompt_platform_ends_in_success(skipping):
    async with cluster(skipping, skipping=True) as here:
        outcome = await here.end()

    assert ("Success", 1) == (outcome.status, len(outcome.records))


async def test_a_synchronous_answer_needs_no_look(skipping):
    async with cluster(skipping, skipping=True) as here:
        outcome = await here.end(connection_id=seeds.SYNCHRONOUS)
        reads = [one for one in here.codat.journal() if one["did"] == "read operation"]

    assert ("Success", []) == (outcome.status, reads)


async def test_a_refusal_of_the_platform_ends_failed_with_its_words(skipping):
    async with cluster(skipping, skipping=True) as here:
        outcome = await here.end(connection_id=seeds.REFUSING)

    assert "Failed" == outcome.status
    assert "The period is closed for posting." in outcome.message


async def test_a_deadline_of_thirty_minutes_is_kept_to_the_second(skipping):
    async with cluster(skipping, skipping=True) as here:
        push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=30)
        outcome = await here.ending(push)
        closed = (await push.describe()).close_time

    assert ("TimedOut", True) == (outcome.status, outcome.may_still_land)
    assert closed
    assert 1800 <= (closed - outcome.requested_on_utc).total_seconds() < 1801


# The server that skips time can't answer a query of a closed run that had a local activity.
@pytest.mark.parametrize(
    ("connection", "said"), [(seeds.PROMPT, "Success: "), (seeds.REFUSING, "Failed: ")]
)
async def test_the_progress_of_a_push_that_is_over_says_the_end(devserver, connection, said):
    async with cluster(devserver) as here:
        push = await here.push(connection_id=connection)
        outcome = await here.ending(push)
        progress = await push.progress()

    assert progress
    assert ("end", f"{said}{outcome.message}") == (progress.stage, progress.message)
    assert (None, None) == (progress.next_look_utc, progress.waiting_for)


async def test_a_push_that_ends_while_it_is_asked_for_is_told_as_over(devserver, monkeypatch):
    async with cluster(devserver) as here:
        push = await here.push()
        running = await push.describe()
        outcome = await here.ending(push)
        monkeypatch.setattr(Push, "describe", AsyncMock(return_value=running))
        standing = await fetch_status(push)

    assert running.close_time is None
    assert outcome == standing
