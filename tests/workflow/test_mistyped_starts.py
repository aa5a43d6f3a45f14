"""*Start workflow like this one*, with an input that is mistyped or holds a mended record."""

import pytest
import pytest_asyncio
from temporalio.client import WorkflowFailureError

from dispatch.pushes import IdempotencyKeyConflict, InvalidPushRequest, Push, request_of, start_push
from dispatch.retries import retry_push
from tests.support.cluster import a_request, cluster
from tests.support.temporal_commands import start_like

FAILING = {"data": {"name": "Fuel"}, "validation": "off"}
MISTYPED = [{"timeoutInMinutes": "5"}, {"idempotencyKey": "another"}, {"idempotencyKey": None}]


@pytest_asyncio.fixture(loop_scope="session", scope="module", name="here")
async def _here(devserver):
    async with cluster(devserver) as here:
        yield here


async def mistyped(here, request, **wrong):
    """A push that has ended, and was started again by hand with a wrong input."""
    push = await start_push(here.client, request, task_queue=here.task_queue)
    outcome = await push.outcome()
    await start_like(push, here.task_queue, **(wrong or MISTYPED[0]))
    with pytest.raises(WorkflowFailureError) as failed:
        await push.handle.result()
    assert "InvalidInput" == getattr(failed.value.cause, "type", None)
    return push, outcome


@pytest.mark.parametrize("wrong", MISTYPED, ids=["a text for a number", "another key", "no key"])
async def test_the_outcome_stays_that_of_the_last_run_that_was_a_push(here, wrong):
    push, before = await mistyped(here, a_request(), **wrong)

    assert before == await push.outcome()


async def test_the_end_of_a_push_that_was_ended_from_outside_stays_too(here):
    push = await start_push(here.client, a_request(), task_queue="nobody's")
    await push.handle.terminate()
    await start_like(push, here.task_queue, timeoutInMinutes="5")
    outcome = await push.outcome()

    assert "Someone terminated this push" in outcome.message


async def test_the_same_request_again_is_still_the_same_push(here):
    request = a_request()
    push, _ = await mistyped(here, request)
    again = await start_push(here.client, request, task_queue=here.task_queue)

    assert (push.push_id, False) == (again.push_id, again.is_new)


async def test_a_retry_goes_on_from_the_last_run_that_was_a_push(here):
    request = a_request(**FAILING, timeout_in_minutes=7)
    push, _ = await mistyped(here, request)
    await retry_push(push, data=a_request().data, task_queue=here.task_queue)

    assert "Success" == (await push.outcome()).status
    assert 7 == (await request_of(push)).timeout_in_minutes


async def test_a_retry_of_what_had_succeeded_starts_nothing(here):
    push, _ = await mistyped(here, a_request())
    before = await push.describe()
    await retry_push(push, task_queue=here.task_queue)

    assert before.run_id == (await push.describe()).run_id


async def test_without_any_run_that_was_a_push_it_is_none(here):
    push = Push(here.client, a_request().push_id)
    await here.client.start_workflow(
        "push", {"data": 7}, id=push.workflow_id, task_queue=here.task_queue
    )

    with pytest.raises(InvalidPushRequest, match="companyId is missing"):
        await push.outcome()
    with pytest.raises(InvalidPushRequest):
        await retry_push(push, task_queue=here.task_queue)


async def mended_by_hand(here, request, data):
    """A push that failed, and was started again by hand with another record."""
    push = await start_push(here.client, request, task_queue=here.task_queue)
    await push.outcome()
    await start_like(push, here.task_queue, data=data)
    await push.outcome()
    return push


async def test_a_request_stays_its_push_if_its_record_was_corrected(here):
    request, mended = a_request(**FAILING), a_request().data
    push = await mended_by_hand(here, request, mended)
    again = await start_push(here.client, request, task_queue=here.task_queue)

    assert "Success" == (await push.outcome()).status
    assert push.push_id == again.push_id
    with pytest.raises(IdempotencyKeyConflict, match=request.digest):
        await start_push(here.client, request.model_copy(update={"data": mended}))


async def test_a_retry_after_that_keeps_the_callers_request_too(here):
    request = a_request(**FAILING)
    push = await mended_by_hand(here, request, {"name": "Still wrong"})
    await retry_push(push, data=a_request().data, task_queue=here.task_queue)
    again = await start_push(here.client, request, task_queue=here.task_queue)

    assert push.push_id == again.push_id
