"""An operation that Codat calls Failed though nothing proves that it wrote nothing."""

from datetime import timedelta

import pytest

from activities.models import PushPolicy
from dispatch.bulk import is_safe
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.protocol import MODES, protocol, sent, written_once
from tests.support.temporal_commands import check, reset, start_like
from workflows.models import Resolution

both = pytest.mark.parametrize("mode", MODES)
WORDS = [
    *({"code": code} for code in (408, 500, 502, 503, 504)),
    {"code": 400, "names_record": True},
]


async def unproven(here, **fault):
    """A push whose operation has failed without proof."""
    here.codat.fault("failed-without-proof", method="POST", times=1, **fault)
    push = await here.push()
    outcome = await push.outcome()
    assert "Unknown" == outcome.status
    return push, outcome


async def retry(push, here, **more):
    await retry_push(push, task_queue=here.task_queue, **more)
    return await push.outcome()


@both
@pytest.mark.parametrize("word", WORDS, ids=str)
async def test_it_ends_unknown_and_names_the_operation(devserver, mode, word):
    async with protocol(devserver, mode) as here:
        _, outcome = await unproven(here, **word)

        check(here, outcome)
        assert here.records[0]["pushOperationKey"] == str(outcome.push_operation_key)
    assert (True, False) == (outcome.may_still_land, is_safe(outcome))
    assert "does not prove that nothing was written" in outcome.message


async def test_an_answer_at_once_is_judged_in_the_same_way(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("failed-without-proof", method="POST")
        outcome = await here.end(connection_id=seeds.SYNCHRONOUS)

        check(here, outcome)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


@both
@pytest.mark.parametrize("door", ["retry", "reset", "start like"])
async def test_no_door_sends_it_again(devserver, mode, door):
    async with protocol(devserver, mode) as here:
        push, _ = await unproven(here)
        match door:
            case "retry":
                await retry(push, here)
            case "reset":
                await reset(push)
            case _:
                await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
        check(here, outcome)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


async def test_a_retry_says_what_a_person_can_do(devserver):
    async with protocol(devserver) as here:
        push, first = await unproven(here)
        outcome = await retry(push, here)

    assert "--adopt OPERATION_KEY or, if it was not written, with --not-written" in outcome.message
    assert [first.push_operation_key] == [one.push_operation_key for one in outcome.candidates]


@both
async def test_a_later_success_is_learnt_by_asking_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        push, _ = await unproven(here, later=3600)
        here.codat.advance(3700)
        outcome = await retry(push, here)

        assert written_once(here, outcome)
        assert (1, 1) == sent(here)


@both
async def test_a_resolution_as_not_written_has_it_sent_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        push, _ = await unproven(here, lands=None)
        outcome = await retry(push, here, settlement=Resolution(not_written=True))

        assert 2 == len(here.posts)
        check(here, outcome)
    assert "Success" == outcome.status


@both
async def test_a_persons_word_that_it_was_written_ends_it(devserver, mode):
    async with protocol(devserver, mode) as here:
        push, first = await unproven(here, names_record=True)
        word = Resolution(adopt=first.push_operation_key, by="Ada")
        outcome = await retry(push, here, settlement=word, reason="seen in the ledger")
        again = await retry(push, here)

        assert written_once(here, outcome)
        assert (1, 1) == sent(here)
        assert [here.records[0]["recordId"]] == [one.id for one in outcome.records]
    assert "Ada" in outcome.message
    assert outcome == again


async def test_a_found_operation_failed_without_proof_is_not_believed(devserver):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        push, outcome = await unproven(here)
        again = await retry(push, here)

        assert (1, 1) == sent(here)
        check(here, outcome)
        check(here, again)


async def test_at_the_deadline_it_is_unknown_and_not_timed_out(skipping):
    policy = PushPolicy(poll_first=timedelta(hours=3), poll_cap=timedelta(hours=3))
    async with cluster(skipping, policy=policy, skipping=True) as here:
        here.codat.fault("failed-without-proof", method="POST")
        outcome = await here.end(timeout_in_minutes=60)

    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)
    assert "504" in outcome.message
