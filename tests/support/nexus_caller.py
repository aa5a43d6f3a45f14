"""A caller of the Nexus service `push`: workflows and a worker in a namespace of their own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio import workflow
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import (
    CreateNexusEndpointRequest,
    DeleteNexusEndpointRequest,
)
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.converter import DataConverter
from temporalio.exceptions import NexusOperationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from dispatch.nexus import PushServiceHandler
from surepush_client.models import PushOutcome, PushReference, PushRequest
from surepush_client.nexus import PushRetry, PushService
from surepush_client.plan_models import PlanReport, PlanRequest
from tests.support.cluster import Cluster, a_request

QUEUE = "callers"
ENDPOINT = "surepush-test"
LIMIT = timedelta(minutes=1)
DAY = Duration(seconds=86_400)


@workflow.defn
class Pushing:
    """Starts a push and gives its outcome."""

    @workflow.run
    async def run(self, request: PushRequest) -> PushOutcome:
        """Push."""
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        return await pushes.execute_operation(
            PushService.start, request, schedule_to_close_timeout=LIMIT
        )


@workflow.defn
class Reading:
    """Reads the outcome of a push."""

    @workflow.run
    async def run(self, push: PushReference) -> PushOutcome | None:
        """Read."""
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        return await pushes.execute_operation(
            PushService.outcome, push, schedule_to_close_timeout=LIMIT
        )


@workflow.defn
class Retrying:
    """Retries a push."""

    @workflow.run
    async def run(self, retry: PushRetry) -> None:
        """Retry."""
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        await pushes.execute_operation(PushService.retry, retry, schedule_to_close_timeout=LIMIT)


@workflow.defn
class Planning:
    """Runs a plan and gives its report."""

    @workflow.run
    async def run(self, plan: PlanRequest) -> PlanReport:
        """Run the plan."""
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        return await pushes.execute_operation(
            PushService.plan, plan, schedule_to_close_timeout=LIMIT
        )


@dataclass
class Caller:
    """The caller's namespace, with a worker of its own."""

    client: Client
    house: Cluster

    async def start(self, flow: Any, given: object) -> WorkflowHandle[Any, Any]:
        """Start a workflow of the caller's."""
        return await self.client.start_workflow(flow, given, id=str(uuid4()), task_queue=QUEUE)

    async def run(self, flow: Any, given: object) -> Any:
        """Give a workflow's result."""
        return await (await self.start(flow, given)).result()

    async def failure(self, flow: Any, given: object) -> NexusOperationError:
        """Give the failure of a workflow's operation."""
        return await self.failure_of(await self.start(flow, given))

    async def failure_of(self, running: WorkflowHandle[Any, Any]) -> NexusOperationError:
        """Give the failure of a workflow's operation that was started."""
        with pytest.raises(WorkflowFailureError) as failed:
            await running.result()
        assert isinstance(failed.value.cause, NexusOperationError)
        return failed.value.cause


@asynccontextmanager
async def calling(
    house: Cluster, namespace: str, converter: DataConverter, workflows: tuple[type, ...]
) -> AsyncGenerator[Caller]:
    """Serve `push` beside the house's worker, and run a caller's worker, for a block."""
    client, operators = house.client, house.client.operator_service
    target = EndpointTarget.Worker(namespace=client.namespace, task_queue=house.task_queue)
    spec = EndpointSpec(name=ENDPOINT, target=EndpointTarget(worker=target))
    made = await operators.create_nexus_endpoint(CreateNexusEndpointRequest(spec=spec))
    async with (
        Worker(client, task_queue=house.task_queue, nexus_service_handlers=[PushServiceHandler()]),
        connected(house, namespace, converter, workflows) as caller,
    ):
        yield caller
    endpoint = made.endpoint
    gone = DeleteNexusEndpointRequest(id=endpoint.id, version=endpoint.version)
    await operators.delete_nexus_endpoint(gone)


@asynccontextmanager
async def connected(
    house: Cluster, namespace: str, converter: DataConverter, workflows: tuple[type, ...]
) -> AsyncGenerator[Caller]:
    """Run a worker of workflows that call, in a new namespace, for a block."""
    await house.client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=DAY)
    )
    address = house.client.service_client.config.target_host
    theirs = await Client.connect(address, namespace=namespace, data_converter=converter)
    runner = UnsandboxedWorkflowRunner()
    async with Worker(theirs, task_queue=QUEUE, workflows=workflows, workflow_runner=runner):
        yield Caller(theirs, house)


def asked(**fields: Any) -> PushRequest:
    """A request as a caller's package makes it."""
    names = set(PushRequest.model_fields)
    return PushRequest.model_validate(a_request(**fields).model_dump(include=names))
