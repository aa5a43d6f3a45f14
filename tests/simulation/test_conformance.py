"""The same little script on the simulated server and on the real one leaves the same history."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
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
from tests.support.conformance_acts import (
    ALL,
    WITH_GUESTS,
    Script,
    terminate,
    until_the_end,
)
from tests.support.conformance_workflows import WORKFLOWS, Scripted, echo


async def history_of(client: Client, queue: str, script: str, act: Script) -> list[Any]:
    handle = await client.start_workflow(
        Scripted.run, script, id=f"scripted-{uuid4()}", task_queue=queue
    )
    await act(handle, client)
    latest = client.get_workflow_handle(handle.id)
    if script.startswith("continued"):
        latest = client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    events = [event async for event in latest.fetch_history_events()]
    if (script, act) in WITH_GUESTS:
        guest = client.get_workflow_handle(f"{handle.id}-guest")
        stays = script in ("leaves_guest", "tells_guest") or act is not until_the_end
        if stays and act is not terminate:
            await asyncio.sleep(0.5)
        else:
            await until_the_end(guest, client)
        events += [event async for event in guest.fetch_history_events()]
    return events


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
    sdk = WorkflowSdk(WORKFLOWS, CONVERTER, "push")

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
    """Name events, with a mark where a worker that does not know one may ignore it."""
    return [
        EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        + ("?" if event.worker_may_ignore else "")
        for event in events
    ]


def results(events: list[Any]) -> list[bytes]:
    return [
        payload.data
        for event in events
        for payload in event.workflow_execution_completed_event_attributes.result.payloads
    ]


def markers(events: list[Any]) -> list[Any]:
    return [
        (marker.marker_name, sorted(marker.details))
        for event in events
        if (marker := event.marker_recorded_event_attributes).marker_name
    ]


@pytest.fixture(scope="module", name="worker_queue")
def _queue():
    return f"conformance-{uuid4()}"


@pytest.mark.parametrize(("script", "act"), ALL, ids=[f"{s}-{a.__name__}" for s, a in ALL])
async def test_both_servers_write_the_same_history(devserver, worker_queue, script, act):
    async with Worker(
        devserver.client,
        task_queue=worker_queue,
        workflows=WORKFLOWS,
        activities=[echo],
        workflow_runner=UnsandboxedWorkflowRunner(),
        disable_eager_activity_execution=True,
    ):
        real = await history_of(devserver.client, worker_queue, script, act)

    ours = await asyncio.to_thread(simulated, script, act)

    assert kinds(ours) == kinds(real)
    assert markers(ours) == markers(real)
    assert results(ours) == results(real)


async def test_a_run_has_the_chance_that_the_core_gives_it(devserver, worker_queue):
    async with Worker(
        devserver.client,
        task_queue=worker_queue,
        workflows=WORKFLOWS,
        activities=[echo],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await devserver.client.start_workflow(
            Scripted.run, "chance", id=f"chance-{uuid4()}", task_queue=worker_queue
        )
        drawn = await handle.result()

    dice = random.Random(seed_of(handle.first_execution_run_id))
    assert list(map(float, drawn)) == [dice.random(), dice.random()]
