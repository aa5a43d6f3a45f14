"""Many pushes retried by one wish, on the real server."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.bulk import BulkStep
from dispatch.bulk import NEEDS_A_PERSON, retry_in_bulk, start_bulk
from dispatch.bulk_plan import make_plan
from dispatch.listing import Listed
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from workflows.bulk import RETRIED

FIRST = datetime(2000, 1, 1, tzinfo=UTC)


async def begun(here, pushes, gap=0.01, planned=None):
    ids = [push.push_id for push in pushes]
    when = planned or max([(await push.describe()).close_time or FIRST for push in pushes])
    return await start_bulk(here.client, ids, when, gap=gap, task_queue=here.task_queue)


async def failed(here, number):
    pushes = [await here.push(data={"name": "Fuel"}, validation="off") for _ in range(number)]
    for push in pushes:
        await push.outcome()
    return pushes


async def test_failed_pushes_are_retried_and_unclear_ones_left_alone(devserver):
    async with cluster(devserver) as here:
        safe = await failed(here, 2)
        unclear = await here.push(connection_id=seeds.SHAKY)
        await unclear.outcome()
        report = await (await begun(here, [*safe, unclear])).report(wait=True)

        assert {RETRIED: [one.push_id for one in safe], NEEDS_A_PERSON: [unclear.push_id]} == (
            report.results
        )
        assert 1 == sum(seeds.SHAKY in post["path"] for post in here.posts)


async def test_refused_deletes_are_retried_and_each_deletes_once(devserver):
    async with cluster(devserver) as here:
        prompt, ids = here.codat.connection(seeds.PROMPT), ("b/1", "b/2")
        asked = {"data_type": "bills", "kind": "delete", "data": ()}
        pushes = [await here.push(**asked, record_id=record_id) for record_id in ids]
        refused = {(await push.outcome()).status for push in pushes}
        plan = await make_plan(here.client, [await listed(push) for push in pushes])
        for record_id in ids:
            prompt.add_record("bills", record("bills"), record_id=record_id)
        report = await (await begun(here, pushes)).report(wait=True)
        outcomes = {(await push.outcome()).status for push in pushes}
        deleted = [one["recordId"] for one in here.records if one["change"] == "Deleted"]

    assert ({"Failed"}, {"Success"}, 2) == (refused, outcomes, len(plan.safe))
    assert {RETRIED: [push.push_id for push in pushes]} == report.results
    assert [*ids] == sorted(deleted)


async def test_what_somebody_retried_since_is_left_alone(devserver):
    async with cluster(devserver) as here:
        (push,) = await failed(here, 1)
        report = await (await begun(here, [push], planned=FIRST)).report(wait=True)

        assert ["Skipped: someone else has retried it"] == list(report.results)


async def test_a_success_is_left_alone(devserver):
    async with cluster(devserver) as here:
        push = await here.push()
        await push.outcome()
        report = await (await begun(here, [push])).report(wait=True)

        assert ["Skipped: it has succeeded"] == list(report.results)
        assert 1 == len(here.posts)


async def test_a_paused_bulk_waits_and_a_stopped_one_ends(devserver):
    async with cluster(devserver) as here:
        pushes = await failed(here, 3)
        bulk = await begun(here, pushes, gap=10)  # so slow that each step is one push
        await bulk.steer("pause")

        async def is_paused():
            return 1 == (await bulk.report()).done

        await eventually(is_paused)
        paused = await bulk.report()
        await bulk.steer("stop")
        report = await bulk.report(wait=True)

        assert ("paused", "stopped", 1) == (paused.state, report.state, report.done)


@pytest.mark.parametrize(("end", "word"), [("terminate", "terminated"), ("cancel", "canceled")])
async def test_a_bulk_that_was_ended_from_outside_is_still_told(devserver, end, word):
    async with cluster(devserver) as here:
        pushes = await failed(here, 2)
        bulk = await begun(here, pushes, gap=3600)

        async def has_begun():
            return 1 == (await bulk.report()).done

        await eventually(has_begun)
        await getattr(here.client.get_workflow_handle(bulk.workflow_id), end)()
        report = await bulk.report(wait=True)

    assert (word, 1, 2, None) == (report.state, report.done, report.total, report.waits_until)


async def test_a_step_that_is_repeated_retries_nothing_twice(devserver):
    async with cluster(devserver) as here:
        (push,) = await failed(here, 1)
        ended = (await push.describe()).close_time or FIRST
        step = BulkStep(bulk_id="b1", pushes=[], planned_on_utc=ended, gap_seconds=0)
        words = [await retry_in_bulk(here.client, push.push_id, step) for _ in range(2)]
        await push.outcome()

        assert [RETRIED, RETRIED] == words
        assert 2 == len(here.posts)


async def test_a_plan_groups_by_cause_and_counts_what_is_safe(devserver):
    async with cluster(devserver) as here:
        pushes = [*(await failed(here, 2)), await here.push(connection_id=seeds.SHAKY)]
        await pushes[-1].outcome()
        plan = await make_plan(here.client, [await listed(push) for push in pushes])

        assert (2, 1) == (len(plan.safe), len(plan.unclear))
        assert 2 == len(plan.causes)


async def test_a_plan_may_be_narrowed_by_words(devserver):
    async with cluster(devserver) as here:
        rows = [await listed(push) for push in await failed(here, 1)]

        assert 0 == len((await make_plan(here.client, rows, "tax rate")).safe)
        assert 1 == len((await make_plan(here.client, rows, "REFUSED")).safe)


async def listed(push):
    known = await push.describe()
    return Listed(
        push_id=push.push_id,
        run_id=known.run_id,
        status=(await push.outcome()).status,
        company="",
        connection="",
        data_type="",
        reference="",
        operation=None,
        requested=known.start_time,
        closed=known.close_time or known.start_time + timedelta(seconds=1),
    )
