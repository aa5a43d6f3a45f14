"""A namespace in which no worker has run yet, and one that is not there: what to run is said."""

import json
from uuid import uuid4

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from dispatch.listing import list_pushes
from dispatch.payloads.converter import CONVERTER
from dispatch.selection import Selection
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.front_door import front_door
from tests.support.subprocess_runner import run_starter

NO_WORKER_YET = "No worker has run in this namespace yet"
COMPANY = ("--company", seeds.COMPANY)
PUSH = (*COMPANY, "--connection", seeds.PROMPT, "--data-type", "suppliers", "--data", "-")


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="fresh")
async def _fresh(devserver):
    """A client of a namespace that was made a moment ago."""
    name = f"fresh-{uuid4()}"
    month = Duration(seconds=30 * 86400)
    asked = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=month)
    await devserver.client.workflow_service.register_namespace(asked)
    client = await in_namespace(devserver, name)
    await eventually(lambda: is_known(client))
    return client


async def in_namespace(devserver, name):
    address = devserver.client.service_client.config.target_host
    return await Client.connect(address, namespace=name, data_converter=CONVERTER)


async def is_known(client):
    try:
        await list_pushes(client, Selection())
    except RPCError:
        return False
    return True


async def starter(client, tmp_path, *arguments, given=""):
    """Run the command line against a namespace."""
    settings = {
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": client.namespace,
        "PATH": "/usr/bin:/bin",
    }
    return await run_starter(*arguments, environment=settings, cwd=tmp_path, given=given)


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("push", *PUSH), json.dumps(record("suppliers"))),
        (("list", *COMPANY), ""),
        (("retry", *COMPANY, "--since", "1d", "--plan"), ""),
        (
            ("push-all", "-"),
            json.dumps(
                {
                    "companyId": seeds.COMPANY,
                    "connectionId": seeds.PROMPT,
                    "dataType": "suppliers",
                    "data": {},
                }
            ),
        ),
    ],
    ids=["push", "list", "retry", "push-all"],
)
async def test_before_the_first_worker_it_is_said_what_to_run(fresh, tmp_path, arguments, given):
    ran = await starter(fresh, tmp_path, *arguments, given=given)

    assert (5, "") == (ran.code, ran.out)
    assert NO_WORKER_YET in ran.err
    assert "python worker.py" in ran.err


async def test_a_query_for_something_of_others_is_told_as_it_is(fresh, tmp_path):
    ran = await starter(fresh, tmp_path, "list", "--query", 'Colour="red"')

    assert "Colour" in ran.err
    assert "No worker" not in ran.err


async def test_the_front_door_says_it_too(devserver, fresh):
    async with front_door(devserver, client=fresh) as door:
        answer = await door.http.post(door.path(), json=record("suppliers"))
        listed = await door.http.get(f"/companies/{seeds.COMPANY}/push")

    assert [503, 503] == [answer.status_code, listed.status_code]
    assert NO_WORKER_YET in answer.json()["error"]
    assert NO_WORKER_YET in listed.json()["error"]


@pytest.mark.parametrize("command", ["push", "list", "status"])
async def test_a_missing_namespace_is_not_told_as_a_missing_push(devserver, tmp_path, command):
    client = await in_namespace(devserver, "nowhere")
    arguments = {"push": PUSH, "list": COMPANY, "status": (str(uuid4()),)}[command]
    ran = await starter(client, tmp_path, command, *arguments, given="{}")

    assert (5, "") == (ran.code, ran.out)
    assert "There is no namespace nowhere" in ran.err
    assert "temporal operator namespace create" in ran.err
