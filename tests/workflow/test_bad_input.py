"""Input that is no push request ends the workflow at once."""

import json
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowFailureError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from tests.support.cluster import Cluster, a_request, cluster


def valid(**changes) -> dict:
    return a_request().model_dump(mode="json", by_alias=True, exclude_none=True) | changes


async def refusal(here: Cluster, *arguments, workflow_id: str | None = None) -> ApplicationError:
    handle = await here.client.start_workflow(
        "push", args=arguments, id=workflow_id or f"push-{uuid4()}", task_queue=here.task_queue
    )
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause


WRONG = [
    ([], "exactly one argument"),
    ([None], "got null"),
    ([valid(), valid()], "got 2 arguments"),
    (["push"], "got a str"),
    ([7], "got a int"),
    ([[]], "got a list"),
    ([{}], "companyId is missing"),
    ([valid(companyId="x")], "companyId must be a UUID"),
    ([valid(connectionId=None)], "connectionId must be a UUID"),
    ([valid(dataType="cats")], "dataType"),
    ([valid(dataType=f"bankAccounts/{'x' * 300}/bankTransactions")], "at most 255 characters"),
    ([valid(data=[1])], "data must be a JSON object"),
    ([valid(data={"x": "y" * 1_100_000})], "at most 1048576 bytes"),
    ([valid(timeoutInMinutes=-1)], "timeoutInMinutes must be a whole number"),
    ([valid(timeoutInMinutes=0.5)], "timeoutInMinutes must be a whole number"),
    ([valid(idempotencyKey="")], "idempotencyKey must be text"),
    ([valid(idempotencyKey="invoice-7 ")], "idempotencyKey: it must not begin or end with a blank"),
    ([valid(idempotencyKey="invoice\n7")], "idempotencyKey: it must hold no control characters"),
    ([valid(validation="maybe")], "validation must be enforce, advise or off"),
    ([valid(forceUpdate=True)], "forceUpdate belongs to an update"),
    ([valid(whatever=1)], "whatever is not a field"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
async def test_nonsense_fails_at_once_and_says_why(skipping, arguments, said):
    async with cluster(skipping, skipping=True) as here:
        error = await refusal(here, *arguments)

        assert [] == here.codat.journal()
    assert ("InvalidInput", True) == (error.type, error.non_retryable)
    assert said in error.message


def raw(encoding: str = "json/plain", levels: int = 1) -> RawValue:
    """An input as somebody else's client writes it."""
    nested = '{"a":' * levels + "1" + "}" * levels
    text = json.dumps(valid(data="@")).replace('"@"', nested)
    metadata = {"encoding": encoding.encode(), "messageType": b"a.b.C"}
    return RawValue(Payload(metadata=metadata, data=text.encode()))


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        (raw(levels=101), "nested at most 100 levels deep"),
        (raw(levels=450), "nested at most 100 levels deep"),
        (raw(levels=900), "100 levels deep"),
        (raw(levels=9000), "nested more than 100 levels deep"),
        (raw("foo/bar"), "The input has the encoding 'foo/bar': send it as json/plain."),
        (raw("json/protobuf"), "no Protobuf that is known: send it as json/plain."),
    ],
    ids=["101", "450", "900", "9000", "foo/bar", "json/protobuf"],
)
async def test_what_cannot_be_read_ends_the_push_at_once(skipping, argument, said):
    async with cluster(skipping, skipping=True) as here:
        error = await refusal(here, argument)

    assert ("InvalidInput", True) == (error.type, error.non_retryable)
    assert said in error.message


async def test_a_push_without_a_key_fails_at_once(skipping):
    request = valid()
    del request["idempotencyKey"]
    async with cluster(skipping, skipping=True) as here:
        error = await refusal(here, request)

    assert "idempotencyKey is missing" in error.message


async def test_a_wrong_workflow_id_is_told_the_right_one(skipping):
    request = a_request()
    async with cluster(skipping, skipping=True) as here:
        error = await refusal(here, request, workflow_id="push-something")

    assert request.workflow_id in error.message


async def test_a_workflow_started_by_name_with_the_right_id_succeeds(skipping):
    request = a_request()
    async with cluster(skipping, skipping=True) as here:
        handle = await here.client.start_workflow(
            "push", request, id=request.workflow_id, task_queue=here.task_queue
        )

        assert "push" == (await handle.describe()).workflow_type
        await handle.terminate()
