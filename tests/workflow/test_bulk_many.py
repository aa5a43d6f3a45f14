"""A bulk of many whose step dies on the way and whose history is cut; its pushes are sketches.

How a real push is retried, and that an unclear one is left alone, is in test_bulk.py; five thousand
real ones, with workers that are killed, are in bench/load/bulk.py.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.bulk import BulkActivities
from codat.models import PushStatus
from codat.quota import DailyQuota
from dispatch.bulk import NEEDS_A_PERSON, retry_in_bulk, start_bulk
from dispatch.process.sandbox import RUNNER
from dispatch.pushes import start_push
from tests.support.cluster import a_request
from tests.support.eventually import eventually
from workflows.bulk import RETRIED, BulkRetryWorkflow
from workflows.models import PushOutcome, PushRequest

MANY, UNCLEAR, DIES_AFTER = 80, 8, 30


@workflow.defn(name="push", sandboxed=False)
class Sketch:
    """Ends at once, however often it is asked: Unknown if its record says so, else Failed."""

    @workflow.run
    async def run(self, request: PushRequest) -> PushOutcome:
        status = PushStatus.UNKNOWN if request.data["unclear"] else PushStatus.FAILED
        outcome = PushOutcome(
            status=status, message="So be it.", submitted=True, requested_on_utc=workflow.now()
        )
        kind = f"Push{status.value}"
        raise ApplicationError(outcome.message, outcome, type=kind, non_retryable=True)


@pytest.fixture(name="cut")
def _cut(monkeypatch):
    """Four steps, each a run of its own."""
    monkeypatch.setattr("workflows.bulk.MAX_AT_ONCE", 20)
    monkeypatch.setattr("workflows.bulk.STEPS_A_RUN", 1)


def dying(client, calls):
    """Retry, and once die before it can be told."""

    async def retry(push_id, step):
        word = await retry_in_bulk(client, push_id, step)
        calls[push_id] += 1
        if calls.total() == DIES_AFTER:
            raise RuntimeError("killed")
        return word

    return retry


async def ended(client, company, queue):
    async def one(number):
        data = {"unclear": number < UNCLEAR}
        request = a_request(company_id=company, data=data, idempotency_key=f"key-{number}")
        push = await start_push(client, request, task_queue=queue)
        await push.outcome()
        return push.push_id

    return await asyncio.gather(*(one(number) for number in range(MANY)))


@pytest.mark.usefixtures("cut")
async def test_many_are_retried_once_though_the_bulk_dies_and_is_cut(devserver):
    client, company, queue, calls = devserver.client, uuid4(), f"push-{uuid4()}", Counter()
    bulk = BulkActivities(dying(client, calls), DailyQuota)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Sketch, BulkRetryWorkflow],
        activities=[bulk.bulk_retry],
        workflow_runner=RUNNER,
    ):
        pushes = await ended(client, company, queue)
        begun = await start_bulk(client, pushes, datetime.now(UTC), gap=0.001, task_queue=queue)
        report = await begun.report(wait=True)

        async def each_ran_twice_at_most():
            runs = await client.count_workflows(f'CompanyId="{company}"')
            return runs.count == 2 * MANY - UNCLEAR

        await eventually(each_ran_twice_at_most)

    assert {NEEDS_A_PERSON: pushes[:UNCLEAR], RETRIED: pushes[UNCLEAR:]} == report.results
    assert calls.total() > MANY  # the step that died was repeated


async def test_a_pace_slower_than_any_step_is_kept(skipping):
    queue, retried, pushes = f"push-{uuid4()}", [], [uuid4() for _ in range(3)]

    async def retry(push_id, _step):
        retried.append(push_id)
        return RETRIED

    bulk = BulkActivities(retry, DailyQuota)
    async with Worker(
        skipping.client,
        task_queue=queue,
        workflows=[BulkRetryWorkflow],
        activities=[bulk.bulk_retry],
        workflow_runner=RUNNER,
    ):
        begun = await start_bulk(
            skipping.client, pushes, datetime.now(UTC), gap=720, task_queue=queue
        )
        async with skipping.time_skipping_unlocked():
            report = await begun.report(wait=True)

    assert {RETRIED: pushes} == report.results
    assert pushes == retried
