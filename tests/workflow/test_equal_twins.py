"""Pushes of the very same record, started on purpose, whose answers are lost together."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from activities.equal_twins import Share, share_of
from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.protocol import own_records, protocol
from workflows.models import Resolution

LOST = "commit-then-drop"
NEVER_WRITTEN = "drop-before-commit"
NOT_WRITTEN = Resolution(not_written=True)

READING = pytest.mark.parametrize("is_read", [False, True], ids=["with an echo", "with reading"])


@asynccontextmanager
async def started(devserver, *faults, is_read=False, mode="ignored"):
    """Start three pushes of one bill at once; each fault meets the next of their requests."""
    options = {"read_records": "auto" if is_read else "never", "echo_data": not is_read}
    async with protocol(devserver, mode, find_for=2, **options) as here:
        here.patch.setattr("workflows.steps.proof.FIRST_PAUSE", timedelta(seconds=1))
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        for nth, fault in enumerate(faults, start=1):
            here.codat.fault(fault, method="POST", nth=nth)
        # What other tests left unclear in this place is not like it.
        data = record("bills") | {"note": f"Ordered as {uuid4()}"}
        bill = {"data_type": "bills", "data": data, "validation": "off"}
        yield here, await asyncio.gather(*(here.push(**bill) for _ in range(3)))


async def endings(pushes):
    outcomes = await asyncio.gather(*(push.outcome() for push in pushes))
    return [outcome.status for outcome in outcomes], {
        str(outcome.push_operation_key) for outcome in outcomes if outcome.status == "Success"
    }


def written(here):
    return {entry["pushOperationKey"] for entry in here.records}


@READING
async def test_equal_twins_lost_together_take_one_record_each(devserver, is_read):
    async with started(devserver, LOST, LOST, LOST, is_read=is_read) as (here, pushes):
        statuses, taken = await endings(pushes)

        assert (3, written(here)) == (len(here.records), taken)
    assert ["Success"] * 3 == statuses


@READING
async def test_with_a_twin_that_never_wrote_none_takes_any(devserver, is_read):
    async with started(devserver, LOST, NEVER_WRITTEN, LOST, is_read=is_read) as (here, pushes):
        outcomes = await asyncio.gather(*(push.outcome() for push in pushes))

        assert 2 == len(here.records)
    assert ["Unknown"] * 3 == [outcome.status for outcome in outcomes]
    assert all(outcome.may_still_land and outcome.candidates for outcome in outcomes)
    assert all("3 pushes sent an identical record" in outcome.message for outcome in outcomes)


async def test_once_that_twin_is_settled_the_others_take_theirs(devserver):
    async with started(devserver, LOST, NEVER_WRITTEN, LOST) as (here, pushes):
        await endings(pushes)
        (never,) = [push for push in pushes if not own_records(here, push)]
        for push in [never, *(push for push in pushes if push is not never)]:
            settlement = NOT_WRITTEN if push is never else None
            await retry_push(push, task_queue=here.task_queue, settlement=settlement)
            await push.outcome()
        statuses, taken = await endings(pushes)

        assert (3, written(here)) == (len(here.records), taken)
    assert ["Success"] * 3 == statuses


async def test_the_twin_that_got_its_answer_keeps_its_operation(devserver):
    async with started(devserver, LOST, LOST) as (here, pushes):
        statuses, taken = await endings(pushes)

        assert (3, written(here)) == (len(here.records), taken)
    assert ["Success"] * 3 == statuses


async def test_while_keys_may_be_answered_no_twin_takes_anything(devserver):
    fault = "commit-then-5xx"
    async with started(devserver, fault, fault, fault, mode="honoured") as (here, pushes):
        statuses, _ = await endings(pushes)

        assert 3 == len(here.records)
    assert ["Unknown"] * 3 == statuses


async def test_while_twins_are_not_over_a_push_looks_again(devserver, monkeypatch):
    asked = set()

    def share_at_the_second_look(push, *given):
        if push in asked:
            return share_of(push, *given)
        asked.add(push)
        return Share(is_awaited=True)

    monkeypatch.setattr("activities.twin_share.share_of", share_at_the_second_look)
    async with started(devserver, LOST, LOST, LOST) as (_, pushes):
        statuses, taken = await endings(pushes)

    assert (["Success"] * 3, 3) == (statuses, len(taken))
