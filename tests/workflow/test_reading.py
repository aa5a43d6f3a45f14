"""Trouble in reading never fails a push; trouble before it is told in time."""

import json
from uuid import uuid4

import pytest

from activities.models import PushPolicy
from dispatch.pushes import Push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster, cluster, took
from tests.support.eventually import eventually

READS = r"^.*/push/[^/]+$"

LET_IN = ("unauthorized", "payment-required", "forbidden")


@pytest.mark.parametrize(
    "fault",
    [
        "refuse",
        "drop-before-commit",
        "hang",
        "cut-body",
        "wrong-json",
        "throttle",
        "error-before-commit",
        "not-found",
        "conflict",
        *LET_IN,
    ],
)
async def test_reading_in_vain_never_fails_a_push(skipping, fault):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault(fault, method="GET", path=READS, times=8)
        outcome = await here.end()

        assert 1 == len(here.posts)
    assert "Success" == outcome.status


async def test_a_day_of_outage_is_waited_out(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("throttle", method="GET", path=READS, times=24, retry_after=3600)
        outcome = await here.end()

        assert len(here.codat.journal()) < 30
    assert "Success" == outcome.status


@pytest.mark.parametrize("fault", LET_IN)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_is_not_let_in_for_an_hour_has_failed(skipping, fault, method):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault(fault, method=method)
        push = await here.push()
        outcome = await here.ending(push)

    assert ("Failed", False) == (outcome.status, outcome.submitted)
    assert 3600 <= await took(push) < 4000


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_key_that_is_put_right_within_the_hour_is_enough(skipping, method):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        path = "options" if method == "GET" else "push"
        here.codat.fault("unauthorized", method=method, path=path, times=5)
        outcome = await here.end()

        assert 1 == len(here.records)
    assert "Success" == outcome.status


async def test_an_unsupported_data_type_fails_before_sending(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("not-found", path="options")
        outcome = await here.end()

        assert [] == here.posts
    assert ("Failed", False) == (outcome.status, outcome.submitted)


def wrong() -> dict:
    return record("chartOfAccounts") | {"status": "Sleepy"}


@pytest.mark.parametrize(
    ("validation", "sent", "said"), [("enforce", 0, "errors"), ("advise", 1, "warnings")]
)
async def test_a_wrong_record_is_held_back_unless_advice_is_enough(
    skipping, validation, sent, said
):
    async with cluster(skipping, skipping=True) as here:
        outcome = await here.end(data=wrong(), validation=validation)

        assert sent == len(here.posts)
    assert "/status" in {one.pointer for one in getattr(outcome, said)}
    assert "Failed" == outcome.status


async def test_with_validation_off_nothing_is_judged(skipping):
    async with cluster(skipping, skipping=True, rules="off") as here:
        outcome = await here.end(data=wrong(), validation="off")

    assert ("Success", []) == (outcome.status, outcome.warnings)


async def say(here: Cluster, **operation: str) -> Push:
    """Start a push of whose operation the platform says this and nothing else."""
    push = await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=180)
    await eventually(lambda: _has_operation(push))
    progress = await push.progress()
    assert progress
    text = json.dumps({"pushOperationKey": str(progress.push_operation_key), **operation})
    here.codat.fault("wrong-json", method="GET", path=READS, text=text)
    return push


async def _has_operation(push: Push) -> bool:
    progress = await push.progress()
    return bool(progress and progress.push_operation_key)


async def test_a_word_that_nobody_knows_is_watched_for_an_hour(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        push = await say(here, status="Deferred")
        outcome = await here.ending(push)

    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)
    assert "'Deferred'" in outcome.message
    assert 3600 <= await took(push) < 7200


async def test_processing_is_another_word_for_pending(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        push = await say(here, status="Processing")
        outcome = await here.ending(push)

    assert "TimedOut" == outcome.status


async def test_an_unknown_status_of_an_ended_push_is_told_at_once(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        here.codat.fault("unknown-word", status="Deferred", method="POST")
        push = await here.push()
        outcome = await here.ending(push)

    assert "Unknown" == outcome.status
    assert await took(push) < 60


async def test_an_answer_about_another_operation_is_no_answer(skipping):
    async with cluster(skipping, policy=PushPolicy(), skipping=True) as here:
        push = await say(here, status="Success", pushOperationKey=str(uuid4()))
        outcome = await here.ending(push)

    assert "Unknown" == outcome.status
