"""Examples that get no answer from Temporal say so, and never name an ending that was none."""

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.service import RPCError

from bench.relay import relay_to
from emulator import seeds
from emulator.examples import record
from stack.process import ROOT
from surepush_client.models import PushRequest
from tests.support.eventually import eventually
from tests.support.subprocess_runner import run

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(150)]

EXAMPLES = ROOT / "examples"
SDK = ("client/push.py", "python/push_by_name.py", "python/plan_by_name.py")
COMMAND = str(EXAMPLES / "shell" / "push.sh")
PATH = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def a_request(connection):
    key = str(uuid4())
    where = {"companyId": seeds.COMPANY, "connectionId": connection}
    data = record("suppliers", key[:5])
    return where | {"dataType": "suppliers", "data": data, "idempotencyKey": key}


def by_command(request, folder):
    file = folder / "record.json"
    file.write_text(json.dumps(request["data"]))
    names = ("companyId", "connectionId", "dataType", "idempotencyKey")
    return (COMMAND, *(request[name] for name in names), str(file))


async def test_a_namespace_that_is_not_there_is_no_ending(stack, tmp_path):
    request, commands = a_request(seeds.PROMPT), []
    plan = {"key": "plan", "companyId": seeds.COMPANY, "steps": []}
    for name, asked in zip(SDK, (request, request, plan), strict=True):
        file = tmp_path / f"{len(commands)}.json"
        file.write_text(json.dumps(asked))
        commands.append((sys.executable, str(EXAMPLES / name), str(file)))
    commands.append(by_command(request, tmp_path))
    around = stack.environment | PATH | {"TEMPORAL_NAMESPACE": "nowhere"}
    ran = await asyncio.gather(*(run(*one, environment=around, cwd=tmp_path) for one in commands))

    assert [(5, "")] * 4 == [(one.code, one.out) for one in ran], ran
    assert all("nowhere" in one.err for one in ran)


async def test_a_connection_that_breaks_is_no_ending(stack, tmp_path):
    request = a_request(seeds.SLOW)
    workflow = stack.client.get_workflow_handle(PushRequest.model_validate(request).workflow_id)

    async def is_there():
        try:
            return await workflow.describe()
        except RPCError:
            return None

    async with relay_to(f"127.0.0.1:{stack.ports.temporal}") as relay:
        around = stack.environment | PATH | {"TEMPORAL_ADDRESS": relay.address}
        waiting = asyncio.create_task(
            run(*by_command(request, tmp_path), environment=around, cwd=tmp_path)
        )
        await eventually(is_there)
        relay.hang_up()
        ran = await waiting
    joined = await run(
        *by_command(request, tmp_path), environment=stack.environment | PATH, cwd=tmp_path
    )

    assert (5, "") == (ran.code, ran.out), ran
    assert (0, "Success") == (joined.code, joined.document["status"])
