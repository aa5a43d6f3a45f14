"""The Nexus example pushes once although caller, worker and server are killed meanwhile."""

import asyncio
import json
import sys
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.service import RPCError

from emulator import seeds
from emulator.examples import record
from stack.control import EmulatorControl
from stack.ports import Ports
from stack.process import ROOT, Process
from stack.services import running, temporal_command
from surepush_client.models import PushRequest
from tests.support.eventually import eventually
from tests.support.subprocess_runner import run

pytestmark = pytest.mark.timeout(150)
CALLER = (sys.executable, str(ROOT / "examples" / "nexus" / "caller.py"))
QUICK = {"PUSH_POLL_FIRST": "PT0.5S", "PUSH_FIND_FOR": "PT3S"}


async def namespace_of(stack):
    """The caller's namespace, once it can be used."""
    day = Duration(seconds=86_400)
    await stack.client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace="billing", workflow_execution_retention_period=day)
    )
    return {**stack.environment, "TEMPORAL_NAMESPACE": "billing", "PYTHONPATH": str(ROOT)}


async def test_killed_caller_worker_and_server_still_push_once(tmp_path):
    key, file = str(uuid4()), tmp_path / "request.json"
    request = {
        "companyId": seeds.COMPANY,
        "connectionId": seeds.SLOW,
        "dataType": "suppliers",
        "data": record("suppliers", key[:5]),
        "idempotencyKey": key,
    }
    file.write_text(json.dumps(request))
    async with running(tmp_path / "stack", Ports.free()) as stack:
        around = await namespace_of(stack)
        worker = await stack.start_worker(**QUICK)
        await worker.says("Worker ready")
        caller = await Process.start("caller", (*CALLER, str(file)), around, tmp_path / "log")
        push = stack.client.get_workflow_handle(PushRequest(**request).workflow_id)
        await eventually(lambda: is_sent(push))
        await asyncio.gather(caller.kill(), worker.kill(), stack.processes[0].kill())
        command = temporal_command(stack.folder, stack.ports)
        server = await Process.start("Temporal", command, around, tmp_path / "server")
        try:
            await server.says("Server:")
            await (await stack.start_worker(**QUICK)).says("Worker ready")
            ran = await run(*CALLER, str(file), environment=around, cwd=tmp_path)
            async with EmulatorControl(stack.ports.emulator) as emulator:
                written = [entry["dataType"] for entry in await emulator.ledger(seeds.SLOW)]
        finally:
            await server.stop()

    assert (0, "Success") == (ran.code, ran.document["status"]), ran.err
    assert ["suppliers"] == written


async def is_sent(push):
    """Whether the activity that sends was scheduled."""
    try:
        return "push" in [
            event.activity_task_scheduled_event_attributes.activity_type.name
            async for event in push.fetch_history_events()
        ]
    except RPCError:
        return False  # it has not begun
