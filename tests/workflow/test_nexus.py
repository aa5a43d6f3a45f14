"""Workflows of another namespace start, read, retry and cancel pushes through Nexus."""

import asyncio

import pytest
import pytest_asyncio

from dispatch.payloads.converter import CONVERTER
from emulator import seeds
from surepush_client.models import PushReference
from surepush_client.nexus import PushRetry, outcome_of_failure
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from tests.support.nexus_caller import Pushing, Reading, Retrying, asked, calling

pytestmark = pytest.mark.timeout(100)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="caller")
async def _caller(devserver):
    workflows = (Pushing, Reading, Retrying)
    async with (
        cluster(devserver) as house,
        calling(house, "billing", CONVERTER, workflows) as caller,
    ):
        yield caller


def named(request):
    return request.model_dump(include=set(PushReference.model_fields))


async def test_a_success_is_the_result_of_the_operation(caller):
    request = asked()
    outcome = await caller.run(Pushing.run, request)
    again = await caller.run(Pushing.run, request)

    assert "Success" == outcome.status
    assert outcome == again == await caller.run(Reading.run, PushReference(**named(request)))


async def test_another_end_fails_the_operation_with_the_outcome(caller):
    request = asked(connection_id=seeds.REFUSING)
    failures = [await caller.failure(Pushing.run, request) for _ in range(2)]
    (first, again) = [outcome_of_failure(failure) for failure in failures]

    assert first
    assert "Failed" == first.status
    assert first == again


async def test_another_record_under_the_key_is_refused(caller):
    request = asked()
    await caller.run(Pushing.run, request)
    other = request.model_copy(update={"data": {**request.data, "name": "Another"}})

    assert "belongs to a push of another record" in str(
        (await caller.failure(Pushing.run, other)).cause
    )


async def test_a_request_that_is_none_is_refused(caller):
    wrong = asked().model_copy(update={"data_type": "beers"})

    assert "'beers' is no data type" in str((await caller.failure(Pushing.run, wrong)).cause)


async def test_cancelling_the_operation_asks_the_push_to_be_cancelled(caller):
    request = asked(connection_id=seeds.SLOW)
    running = await caller.start(Pushing.run, request)
    push = caller.house.client.get_workflow_handle(request.workflow_id)
    await eventually(lambda: is_sent(caller))
    await running.cancel()
    await eventually(lambda: has_heard_of_the_cancellation(push))

    assert await caller.run(Reading.run, PushReference(**named(request))) is None
    await push.terminate()
    await asyncio.gather(running.result(), return_exceptions=True)


async def is_sent(caller):
    return any(seeds.SLOW in one["path"] for one in caller.house.posts)


async def has_heard_of_the_cancellation(push):
    names = [event.event_type async for event in push.fetch_history_events()]
    return 20 in names  # EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED


async def test_a_retry_with_a_corrected_record_is_waited_for(caller):
    request = asked(data={"name": "No code"})
    await caller.failure(Pushing.run, request)
    await caller.run(Retrying.run, PushRetry(**named(request), data=asked().data))

    assert "Success" == (await caller.run(Pushing.run, request)).status


async def test_a_push_that_is_not_there_is_not_found(caller):
    lost = PushReference(**named(asked()))

    assert "There is no push" in str((await caller.failure(Reading.run, lost)).cause)
