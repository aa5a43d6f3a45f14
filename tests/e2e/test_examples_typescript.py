"""The example in TypeScript, installed from its own lock, run as its readers would."""

import json
import os
import shutil
from uuid import uuid4

import pytest
import pytest_asyncio

from emulator import seeds
from emulator.examples import record
from stack.process import ROOT
from surepush_client.models import PushRequest
from tests.support.official_clients import NODE
from tests.support.subprocess_runner import run

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(150)]

ENDINGS = {
    seeds.PROMPT: (0, "Success"),
    seeds.REFUSING: (1, "Failed"),
    seeds.SHAKY: (4, "Unknown"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="project")
async def _project(tmp_path_factory):
    """The example with its packages; Node.js itself runs the TypeScript."""
    binaries = ROOT / NODE / "bin"
    place = tmp_path_factory.mktemp("example") / "project"
    shutil.copytree(ROOT / "examples" / "typescript", place)
    around = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    npm = (str(binaries / "npm"), "ci", "--ignore-scripts", "--silent")
    done = await run(*npm, environment=around, cwd=place)
    assert 0 == done.code, done.err
    return str(binaries / "node"), str(place / "push_by_name.ts")


def a_request(connection, key):
    return {
        "companyId": seeds.COMPANY,
        "connectionId": connection,
        "dataType": "accounts",
        "data": record("accounts", key[:5]),
        "idempotencyKey": key,
    }


@pytest.mark.parametrize("connection", ENDINGS, ids=[status for _, status in ENDINGS.values()])
async def test_typescript_gets_the_ending_as_data(stack, project, tmp_path, connection):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(a_request(connection, str(uuid4()))))
    ran = await run(*project, str(file), environment=stack.environment, cwd=tmp_path)

    assert ENDINGS[connection] == (ran.code, ran.document["status"]), ran.err


async def test_typescript_sends_every_digit_and_joins_only_it(stack, project, tmp_path):
    key, file, codes = str(uuid4()), tmp_path / "request.json", []
    request = json.dumps(a_request(seeds.PROMPT, key))
    for amount in ("12345678901234.10", "12345678901234.1", "12345678901234.11"):
        exact = f'"sequence":9007199254740993,"currentBalance":{amount}'
        file.write_text(request.replace('"data": {', f'"data": {{{exact},'))
        ran = await run(*project, str(file), environment=stack.environment, cwd=tmp_path)
        codes.append(ran.code)

    assert [0, 0, 2] == codes
    assert "belongs to a push of another record" in ran.err
    assert '"sequence":9007199254740993,"currentBalance":12345678901234.10' in await sent(
        stack, key
    )


async def sent(stack, key):
    """The input of a push as it travelled."""
    workflow_id = PushRequest(**a_request(seeds.PROMPT, key)).workflow_id
    handle = stack.client.get_workflow_handle(workflow_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    (payload,) = first.workflow_execution_started_event_attributes.input.payloads
    return payload.data.decode()


async def test_typescript_tells_what_is_wrong_with_a_request(stack, project, tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(a_request(seeds.PROMPT, str(uuid4())) | {"data": []}))
    ran = await run(*project, str(file), environment=stack.environment, cwd=tmp_path)

    assert 2 == ran.code
    assert "data must be a JSON object" in ran.complaint


async def test_typescript_joins_a_push_whose_ids_are_in_upper_case(stack, project, tmp_path):
    file, request = tmp_path / "request.json", a_request(seeds.PROMPT, str(uuid4()))
    where = {name: request[name].upper() for name in ("companyId", "connectionId")}
    ran = []
    for asked in (request, request | where):
        file.write_text(json.dumps(asked))
        ran.append(await run(*project, str(file), environment=stack.environment, cwd=tmp_path))

    assert 0 == ran[0].code, ran[0].err
    assert ran[0] == ran[1]


async def test_typescript_tells_no_answer_from_an_ending(stack, project, tmp_path):
    file, lost = tmp_path / "request.json", {"TEMPORAL_NAMESPACE": "nowhere"}
    file.write_text(json.dumps(a_request(seeds.PROMPT, str(uuid4()))))
    ran = await run(*project, str(file), environment=stack.environment | lost, cwd=tmp_path)

    assert (5, "") == (ran.code, ran.out)
    assert "No answer from Temporal" in ran.err
