"""The same little script on the simulated server and on the real one leaves the same history."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from dispatch.payloads.converter import CONVERTER
from simulation.choices import Choices
from simulation.loop import VirtualLoop
from simulation.network import ServerConnection, make_client
from simulation.processes import SimulatedProcess
from simulation.randomness import seed_of
from simulation.runner import by_itself
from simulation.sdk import WorkflowSdk
from simulation.server.clock import ServerClock
from simulation.server.server import SimulatedServer
from simulation.server.service import Service
from simulation.worker import SimulatedWorker

ONCE = RetryPolicy(maximum_attempts=1)
LONG = timedelta(seconds=30)


@activity.defn
async def echo(text: str) -> str:
    if text == "fail":
        raise ApplicationError("no", type="Refused", non_retryable=True)
    if text == "hang":
        await asyncio.sleep(3)
    return text


@workflow.defn
class Child:
    @workflow.run
    async def run(self) -> str:
        return "child"


@workflow.defn
class Scripted:
    """Does what its script asks for."""

    def __init__(self) -> None:
        self.hinted = False

    @workflow.signal
    def hint(self) -> None:
        self.hinted = True

    @workflow.run
    async def run(self, script: str) -> Any:
        return await getattr(self, script)()

    async def activity(self) -> str:
        return await workflow.execute_activity(
            echo, "hello", start_to_close_timeout=LONG, retry_policy=ONCE
        )

    async def failing(self) -> str:
        return await workflow.execute_activity(
            echo, "fail", start_to_close_timeout=LONG, retry_policy=ONCE
        )

    async def late(self) -> str:
        return await workflow.execute_activity(
            echo, "hang", start_to_close_timeout=timedelta(seconds=1), retry_policy=ONCE
        )

    async def local(self) -> str:
        return await workflow.execute_local_activity(echo, "here", start_to_close_timeout=LONG)

    async def waiting(self) -> bool:
        await workflow.wait_condition(lambda: self.hinted, timeout=600)
        return self.hinted

    async def timer(self) -> None:
        await workflow.sleep(0.2)

    async def patched(self) -> bool:
        return workflow.patched("a patch")

    async def chance(self) -> list[float]:
        return [workflow.random().random(), workflow.random().random()]

    async def child(self) -> str:
        return await workflow.execute_child_workflow(Child.run, id=f"child-{workflow.uuid4()}")

    async def continued(self) -> None:
        workflow.continue_as_new("timer")

    async def given_up(self) -> str:
        handle = workflow.start_activity(echo, "hang", start_to_close_timeout=LONG)
        await workflow.sleep(0.3)
        handle.cancel()
        await workflow.wait([handle])
        return "given up"


Script = Callable[[WorkflowHandle[Any, Any], Client], Awaitable[None]]


async def until_the_end(handle: WorkflowHandle[Any, Any], _client: Client) -> None:
    try:
        await handle.result(follow_runs=False)
    except (WorkflowFailureError, Exception):  # noqa: BLE001, how it ends is in the history
        return


async def hint(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await asyncio.sleep(0.5)
    await handle.signal("hint")
    await until_the_end(handle, client)


async def cancel(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await asyncio.sleep(0.5)
    await handle.cancel()
    await until_the_end(handle, client)


async def terminate(handle: WorkflowHandle[Any, Any], _client: Client) -> None:
    await asyncio.sleep(0.5)
    await handle.terminate()


async def reset_and_hint(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    """Leave the history of the new run: `handle` names the workflow, not a run."""
    await asyncio.sleep(0.5)
    execution = WorkflowExecution(workflow_id=handle.id, run_id=handle.first_execution_run_id or "")
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=execution,
            workflow_task_finish_event_id=4,
            reason="a test",
            request_id=str(uuid4()),
        )
    )
    await asyncio.sleep(0.5)
    await client.get_workflow_handle(handle.id).signal("hint")
    await until_the_end(client.get_workflow_handle(handle.id), client)


SCRIPTS: list[tuple[str, Script]] = [
    ("activity", until_the_end),
    ("failing", until_the_end),
    ("late", until_the_end),
    ("local", until_the_end),
    ("timer", until_the_end),
    ("patched", until_the_end),
    ("child", until_the_end),
    ("continued", until_the_end),
    ("given_up", until_the_end),
    ("waiting", hint),
    ("waiting", cancel),
    ("waiting", terminate),
    ("waiting", reset_and_hint),
]


async def history_of(client: Client, queue: str, script: str, act: Script) -> list[Any]:
    handle = await client.start_workflow(
        Scripted.run, script, id=f"scripted-{uuid4()}", task_queue=queue
    )
    await act(handle, client)
    latest = client.get_workflow_handle(handle.id)
    if script == "continued":
        latest = client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    return [event async for event in latest.fetch_history_events()]


def simulated(script: str, act: Script) -> list[Any]:
    """Do it on the simulated server, on a loop of this thread's own."""
    with by_itself():
        return _simulated(script, act)


def _simulated(script: str, act: Script) -> list[Any]:
    loop, choices = VirtualLoop(), Choices(1)
    asyncio.set_event_loop(loop)
    server = SimulatedServer(choices, ServerClock(loop), lambda _: None)
    service = Service(server)
    client = make_client(ServerConnection(choices, service, "client"))
    sdk = WorkflowSdk([Scripted, Child], CONVERTER, "push")

    async def run() -> list[Any]:
        process = SimulatedProcess("worker")
        worker = SimulatedWorker(process, server, choices, client, sdk, [echo])
        worker.start()
        events = await history_of(client, "push", script, act)
        worker.kill()
        worker.evict_all()
        return events

    try:
        return loop.run_until_complete(run())
    finally:
        loop.put_away()


def kinds(events: list[Any]) -> list[str]:
    return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in events]


def markers(events: list[Any]) -> list[Any]:
    return [
        (marker.marker_name, sorted(marker.details))
        for event in events
        if (marker := event.marker_recorded_event_attributes).marker_name
    ]


@pytest.fixture(scope="module", name="worker_queue")
def _queue():
    return f"conformance-{uuid4()}"


@pytest.mark.parametrize(("script", "act"), SCRIPTS, ids=[f"{s}-{a.__name__}" for s, a in SCRIPTS])
async def test_both_servers_write_the_same_history(devserver, worker_queue, script, act):
    async with Worker(
        devserver.client,
        task_queue=worker_queue,
        workflows=[Scripted, Child],
        activities=[echo],
        workflow_runner=UnsandboxedWorkflowRunner(),
        disable_eager_activity_execution=True,
    ):
        real = await history_of(devserver.client, worker_queue, script, act)

    ours = await asyncio.to_thread(simulated, script, act)

    assert kinds(ours) == kinds(real)
    assert markers(ours) == markers(real)


async def test_a_run_has_the_chance_that_the_core_gives_it(devserver, worker_queue):
    async with Worker(
        devserver.client,
        task_queue=worker_queue,
        workflows=[Scripted, Child],
        activities=[echo],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await devserver.client.start_workflow(
            Scripted.run, "chance", id=f"chance-{uuid4()}", task_queue=worker_queue
        )
        drawn = await handle.result()

    dice = random.Random(seed_of(handle.first_execution_run_id))
    assert list(map(float, drawn)) == [dice.random(), dice.random()]
