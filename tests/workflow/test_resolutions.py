"""What a person says of an unclear push: adopted, or not written. Once, and only if it may be."""

import asyncio
from uuid import uuid4

import pytest

from dispatch.retries import retry_push
from emulator import seeds
from tests.support.protocol import MODES, protocol, seconds_for_minutes
from tests.support.temporal_commands import check, reset, start_like
from workflows.attributes import PUSH_OPERATION_KEY
from workflows.models import Resolution

both = pytest.mark.parametrize("mode", MODES)
NOT_WRITTEN = Resolution(not_written=True)
OFFLINE = {"connection_id": seeds.OFFLINE, "timeout_in_minutes": 25}


@pytest.fixture(autouse=True)
def _seconds(monkeypatch):
    seconds_for_minutes(monkeypatch)


async def retry(push, here, **more):
    await retry_push(push, task_queue=here.task_queue, **more)
    return await push.outcome()


async def run_out(push, here):
    """Let the platform's time for the latest request run out."""
    while not (await push.describe()).typed_search_attributes.get(PUSH_OPERATION_KEY):
        await asyncio.sleep(0.02)
    here.codat.advance(120)
    return await push.outcome()


async def timed_out(here):
    push = await here.push(**OFFLINE)
    assert "TimedOut" == (await run_out(push, here)).status
    return push


async def unknown(here):
    """A push whose answer was lost and whose operation no echo proves."""
    here.codat.fault("commit-then-drop", method="POST", nth=1)
    push = await here.push()
    outcome = await push.outcome()
    assert "Unknown" == outcome.status
    return push, outcome.candidates[0].push_operation_key


@both
async def test_without_a_word_a_timed_out_push_is_not_sent_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await timed_out(here)
        outcome = await retry(push, here)

        assert 1 == len(here.posts)
    assert ("TimedOut", True) == (outcome.status, "--not-written" in outcome.message)
    assert outcome.completed_on_utc


@both
async def test_what_was_not_written_is_sent_under_the_next_number(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await timed_out(here)
        here.codat.connection(seeds.OFFLINE).set(offline=False, delay=0.1)
        outcome = await retry(push, here, settlement=NOT_WRITTEN, timeout_in_minutes=60)

        assert 2 == len(here.posts)
        check(here, outcome)
    assert "Success" == outcome.status


@both
@pytest.mark.parametrize("door", ["reset", "start like"])
async def test_a_word_is_good_for_one_run(devserver, mode, door):
    async with protocol(devserver, mode) as here:
        push = await timed_out(here)
        await retry_push(push, task_queue=here.task_queue, settlement=NOT_WRITTEN)
        await run_out(push, here)
        await (reset(push) if door == "reset" else start_like(push, here.task_queue))
        outcome = await push.outcome()

        assert 2 == len(here.posts)
    assert ("TimedOut", True) == (outcome.status, outcome.may_still_land)


@both
async def test_a_word_is_not_taken_while_the_operation_is_pending(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await here.push(**OFFLINE | {"timeout_in_minutes": 1})
        await push.outcome()
        await retry_push(push, task_queue=here.task_queue, settlement=NOT_WRITTEN)
        outcome = await run_out(push, here)

        assert 1 == len(here.posts)
    assert "TimedOut" == outcome.status


async def test_no_resolution_is_taken_while_a_candidate_is_pending(devserver):
    async with protocol(devserver, "ignored") as here:
        here.codat.connection(seeds.PROMPT).set(delay=60)
        push, operation = await unknown(here)
        outcome = await retry(push, here, settlement=NOT_WRITTEN)

        assert 1 == len(here.posts)
    assert "Unknown" == outcome.status
    assert str(operation) in outcome.message


async def test_a_push_that_fails_after_a_resolution_stays_unknown(devserver):
    async with protocol(devserver, "ignored") as here:
        push, _ = await unknown(here)
        here.codat.connection(seeds.PROMPT).set(refusing="No.")
        outcome = await retry(push, here, settlement=NOT_WRITTEN)

    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def test_what_was_ruled_out_is_not_found_again(devserver):
    async with protocol(devserver, "ignored") as here:
        push, _ = await unknown(here)
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        outcome = await retry(push, here, settlement=NOT_WRITTEN)

        assert 3 == len(here.posts)
    assert "Success" == outcome.status


async def test_an_adopted_operation_is_followed(devserver):
    async with protocol(devserver, "ignored") as here:
        push, operation = await unknown(here)
        word = Resolution(adopt=operation, by="Ada")
        outcome = await retry(push, here, settlement=word, reason="seen in the ledger")

        check(here, outcome)
    assert ("Success", operation) == (outcome.status, outcome.push_operation_key)
    assert "Ada: seen in the ledger" in outcome.warnings[-1].message


async def test_an_adopted_operation_that_failed_proves_nothing(devserver):
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        push = await here.push(connection_id=seeds.REFUSING)
        candidate = (await push.outcome()).candidates[0].push_operation_key
        outcome = await retry(push, here, settlement=Resolution(adopt=candidate))
        again = await retry(push, here)

        assert 1 == len(here.posts)
    assert ["Unknown", "Unknown"] == [outcome.status, again.status]


async def _of(here, **fields):
    return (await here.end(**fields)).push_operation_key


FOREIGN = {
    "another connection": {"connection_id": seeds.SYNCHRONOUS},
    "another data type": {
        "data_type": "suppliers",
        "data": {"supplierName": "Mill", "status": "Active"},
        "validation": "off",
    },
    "another push": {},
}


@pytest.mark.parametrize("fields", FOREIGN.values(), ids=FOREIGN)
async def test_what_belongs_elsewhere_is_not_adopted(devserver, fields):
    async with protocol(devserver, "ignored") as here:
        push, _ = await unknown(here)
        other = await _of(here, **fields)
        outcome = await retry(push, here, settlement=Resolution(adopt=other))

        assert 2 == len(here.posts)
    assert "Unknown" == outcome.status
    assert "belongs to" in outcome.message


async def test_what_another_push_adopted_is_not_adopted(devserver):
    async with protocol(devserver, "ignored") as here:
        first, operation = await unknown(here)
        here.codat.fault("commit-then-5xx", method="POST", nth=1)
        second = await here.push()
        await second.outcome()
        await retry(first, here, settlement=Resolution(adopt=operation))
        outcome = await retry(second, here, settlement=Resolution(adopt=operation))

    assert "Unknown" == outcome.status
    assert f"belongs to {first.workflow_id}" in outcome.message


async def test_what_never_existed_is_not_adopted(devserver):
    async with protocol(devserver, "ignored") as here:
        push, _ = await unknown(here)
        outcome = await retry(push, here, settlement=Resolution(adopt=uuid4()))

        assert 1 == len(here.posts)
    assert "Unknown" == outcome.status
