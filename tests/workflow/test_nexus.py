"""Workflows of another namespace start, read, retry and cancel pushes through Nexus."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio import workflow
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import NexusOperationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from dispatch.nexus import PushServiceHandler
from dispatch.payloads.converter import CONVERTER
from emulator import seeds
from surepush_client.models import PushOutcome, PushReference, PushRequest
from surepush_client.nexus import PushRetry, PushService, outcome_of_failure
from tests.support.cluster import a_request, cluster
from tests.support.eventually import eventually

pytestmark = pytest.mark.timeout(100)
NAMESPACE, QUEUE = "billing", "callers"
ENDPOINT = "surepush-test"
LIMIT = timedelta(minutes=1)
DAY = Duration(seconds=86_400)


@workflow.defn
class Pushing:
    """Starts a push and gives its outcome."""

    @workflow.run
    async def run(self, request: PushRequest) -> PushOutcome:
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        return await pushes.execute_operation(
            PushService.start, request, schedule_to_close_timeout=LIMIT
        )


@workflow.defn
class Reading:
    """Reads the outcome of a push."""

    @workflow.run
    async def run(self, push: PushReference) -> PushOutcome | None:
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        return await pushes.execute_operation(
            PushService.outcome, push, schedule_to_close_timeout=LIMIT
        )


@workflow.defn
class Retrying:
    """Retries a push."""

    @workflow.run
    async def run(self, retry: PushRetry) -> None:
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        await pushes.execute_operation(PushService.retry, retry, schedule_to_close_timeout=LIMIT)


class Caller:
    """The caller's namespace, with a worker of its own."""

    def __init__(self, client, house):
        self.client, self.house = client, house

    async def start(self, flow, given):
        return await self.client.start_workflow(flow, given, id=str(uuid4()), task_queue=QUEUE)

    async def run(self, flow, given):
        return await (await self.start(flow, given)).result()

    async def failure(self, flow, given):
        with pytest.raises(WorkflowFailureError) as failed:
            await self.run(flow, given)
        assert isinstance(failed.value.cause, NexusOperationError)
        return failed.value.cause


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="caller")
async def _caller(devserver):
    async with cluster(devserver) as house:
        target = EndpointTarget(
            worker=EndpointTarget.Worker(
                namespace=house.client.namespace, task_queue=house.task_queue
            )
        )
        await house.client.operator_service.create_nexus_endpoint(
            CreateNexusEndpointRequest(spec=EndpointSpec(name=ENDPOINT, target=target))
        )
        await house.client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=NAMESPACE, workflow_execution_retention_period=DAY)
        )
        address = house.client.service_client.config.target_host
        client = await Client.connect(address, namespace=NAMESPACE, data_converter=CONVERTER)
        services = [PushServiceHandler()]
        async with (
            Worker(house.client, task_queue=house.task_queue, nexus_service_handlers=services),
            Worker(
                client,
                task_queue=QUEUE,
                workflows=[Pushing, Reading, Retrying],
                workflow_runner=UnsandboxedWorkflowRunner(),
            ),
        ):
            yield Caller(client, house)


def asked(**fields):
    """A request as a caller's package makes it."""
    names = set(PushRequest.model_fields)
    return PushRequest.model_validate(a_request(**fields).model_dump(include=names))


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
