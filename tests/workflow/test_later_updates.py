"""Updates of one record: an older state never follows a newer one."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from activities.holds import SOONEST, Hold
from dispatch.holds import hold, release
from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.protocol import protocol

COMPANY = UUID(seeds.COMPANY)
CLOSED = Hold(reason="closed", by="ann", since=datetime.now(UTC))
UPDATE = {"record_id": "supplier-1", "data_type": "suppliers", "validation": "off"}
OLDER = UPDATE | {"data": record("suppliers", number="7")}
NEWER = UPDATE | {"data": record("suppliers", number="8")}


def says(outcome, later):
    named = f"uperseded by push {later.push_id}"
    return (outcome.status, outcome.submitted, named in outcome.message)


async def is_held(push):
    async def waits():
        progress = await push.progress()
        return progress and "Held by" in (progress.waiting_for or "")

    await eventually(waits)


async def in_line(push):
    async def waits():
        progress = await push.progress()
        return progress and progress.stage == "wait-for-turn"

    await eventually(waits)


SUPERSEDED = ("Failed", False, True)


async def test_of_two_that_were_held_the_newer_one_is_written(devserver, monkeypatch):
    monkeypatch.setattr("activities.holds.SOONEST", SOONEST / 15)
    async with protocol(devserver) as here:
        await hold(here.client, COMPANY, CLOSED, task_queue=here.task_queue)
        older = await here.push(**OLDER)
        await is_held(older)
        newer = await here.push(**NEWER)
        outcomes = [await older.outcome()]
        await is_held(newer)
        await release(here.client, COMPANY, None, None)
        outcomes.append(await newer.outcome())

        assert [NEWER["data"]] == [one["data"] for one in here.records]
    assert (SUPERSEDED, "Success") == (says(outcomes[0], newer), outcomes[1].status)


@pytest.mark.parametrize(
    "fault", [{"fault": "throttle", "retry_after": 1}, {"fault": "unauthorized"}]
)
async def test_what_was_put_off_does_not_follow_a_newer_one(devserver, fault):
    async with protocol(devserver) as here:
        here.codat.fault(**fault, method="PUT", times=1000)
        older = await here.push(**OLDER)
        await here.codat.arrival(method="PUT")
        newer = await here.push(**NEWER)
        await older.outcome()
        here.codat.forget_faults()
        outcomes = await newer.outcome(), await older.outcome()

        assert [NEWER["data"]] == [one["data"] for one in here.records]
    assert ("Success", SUPERSEDED) == (outcomes[0].status, says(outcomes[1], newer))


async def test_what_waited_for_options_does_not_follow_a_newer_one(devserver):
    async with protocol(devserver) as here:
        options = "^/companies/[^/]+/connections/[^/]+/options/"
        here.codat.fault("error-before-commit", method="GET", path=options, times=1000)
        older = await here.push(**OLDER | {"validation": "advise"})
        await here.codat.arrival(method="GET")
        newer = await here.push(**NEWER)
        await in_line(newer)
        here.codat.forget_faults()
        outcomes = [await newer.outcome(), await older.outcome()]

        assert [NEWER["data"]] == [one["data"] for one in here.records]
    assert "Success" == outcomes[0].status
    assert ("Failed", False) == (outcomes[1].status, outcomes[1].submitted)


@asynccontextmanager
async def put_off(here, **older):
    """An update that is put off while the block runs."""
    here.codat.fault("unauthorized", method="PUT", times=1000)
    push = await here.push(**OLDER | older)
    await here.codat.arrival(method="PUT")
    yield push
    here.codat.forget_faults()


async def test_a_retry_makes_an_older_state_no_newer(devserver):
    async with protocol(devserver) as here:
        async with put_off(here) as older:
            newer = await here.push(**NEWER)
            await older.outcome()
        await newer.outcome()
        await older.outcome()
        await retry_push(older, task_queue=here.task_queue)
        outcome = await older.outcome()

        assert [NEWER["data"]] == [one["data"] for one in here.records]
    assert SUPERSEDED == says(outcome, newer)


async def test_a_later_update_counts_while_a_retry_of_it_waits(devserver):
    async with protocol(devserver) as here:
        async with put_off(here) as older:
            newer = await here.push(**NEWER)
            await older.outcome()
        await newer.outcome()
        await here.client.start_workflow(
            "push", {}, id=newer.workflow_id, task_queue=f"{here.task_queue}-without-worker"
        )
        await retry_push(older, task_queue=here.task_queue)
        outcome = await older.outcome()
        await newer.handle.terminate()

        assert [NEWER["data"]] == [one["data"] for one in here.records]
    assert SUPERSEDED == says(outcome, newer)


async def test_a_mended_record_is_as_new_as_its_retry(devserver):
    mended = record("suppliers", number="9")
    async with protocol(devserver) as here:
        async with put_off(here) as older:
            newer = await here.push(**NEWER)
            await older.outcome()
        await newer.outcome()
        await older.outcome()
        await retry_push(older, data=mended, task_queue=here.task_queue)
        outcome = await older.outcome()

        assert [NEWER["data"], mended] == [one["data"] for one in here.records]
    assert "Success" == outcome.status


async def test_a_later_update_that_failed_does_not_count(devserver):
    async with protocol(devserver) as here:
        async with put_off(here) as older:
            await older.handle.cancel()
            await older.outcome()
        prompt = here.codat.connection(seeds.PROMPT)
        prompt.set(refusing="Not today.")
        failed = await here.end(**NEWER)
        prompt.set(refusing=None)
        await retry_push(older, task_queue=here.task_queue)
        outcome = await older.outcome()

        assert [OLDER["data"]] == [one["data"] for one in here.records]
    assert ("Failed", "Success") == (failed.status, outcome.status)


async def test_a_create_and_an_update_of_another_record_do_not_count(devserver):
    async with protocol(devserver) as here:
        async with put_off(here) as older:
            await here.end(**NEWER | {"record_id": None})
            other = await here.push(**NEWER | {"record_id": "supplier-2"})
        outcomes = await older.outcome(), await other.outcome()

    assert ["Success", "Success"] == [one.status for one in outcomes]


async def test_a_request_that_is_sent_again_soon_is_late_too(devserver, monkeypatch):
    monkeypatch.setattr("activities.later_updates.PROMPT", timedelta(minutes=1))
    async with protocol(devserver) as here:
        async with put_off(here) as older:
            newer = await here.push(**NEWER)
            await older.outcome()
        outcomes = await newer.outcome(), await older.outcome()

        assert [NEWER["data"]] == [one["data"] for one in here.records]
    assert ("Success", SUPERSEDED) == (outcomes[0].status, says(outcomes[1], newer))


async def test_a_prompt_first_update_asks_nobody(devserver, monkeypatch):
    monkeypatch.setattr("activities.later_updates.PROMPT", timedelta(minutes=1))
    monkeypatch.setattr("activities.later_updates.later_update", None)
    async with protocol(devserver) as here:
        outcome = await here.end(**OLDER)

    assert "Success" == outcome.status
