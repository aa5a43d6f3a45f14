"""A backend needs no package of ours: the examples, run as their readers would."""

import json
import os
import shutil
import sys
import tomllib
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from emulator import seeds
from emulator.examples import record
from stack.process import ROOT
from tests.support.subprocess_runner import run

SCRIPT = ROOT / "examples" / "shell" / "push.sh"

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(150)]

LATE = "1a7e0000-0000-4000-8000-000000000001"
ENDINGS = {
    seeds.PROMPT: (0, "Success"),
    seeds.REFUSING: (1, "Failed"),
    LATE: (3, "TimedOut"),
    seeds.SHAKY: (4, "Unknown"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="late", autouse=True)
async def _late(emulator):
    """A company whose only connection lets every push time out."""
    company = str(uuid4())
    await emulator.seed(company, LATE)
    await emulator.fault("unknown-word", path=f"{company}/*", method="POST", status="TimedOut")
    return company


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="python")
async def _python(tmp_path_factory):
    """The example installed as its project says, in a virtual environment of its own."""
    place = tmp_path_factory.mktemp("example")
    script = shutil.copytree(ROOT / "examples" / "python", place / "project") / "push_by_name.py"
    project = tomllib.loads((script.parent / "pyproject.toml").read_text())
    interpreter = str(place / "venv" / "bin" / "python")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    around = {**os.environ, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    for command in (
        (sys.executable, "-m", "venv", "--without-pip", str(place / "venv")),
        (*pip, "--python", interpreter, "install", *project["project"]["dependencies"]),
    ):
        done = await run(*command, environment=around, cwd=place)
        assert 0 == done.code, done.err
    return interpreter, str(script)


@pytest.fixture(name="shell")
def _shell(stack):
    """The environment of somebody who has the `temporal` command and nothing else of ours."""
    binaries = Path(sys.executable).parent
    return {**stack.environment, "PATH": f"{binaries}:{os.environ['PATH']}"}


def company_of(connection, late):
    return late if connection == LATE else seeds.COMPANY


def a_request(connection, late, key):
    return {
        "companyId": company_of(connection, late),
        "connectionId": connection,
        "dataType": "accounts",
        "data": record("accounts", key[:5]),
        "idempotencyKey": key,
    }


@pytest.mark.parametrize("connection", ENDINGS, ids=[status for _, status in ENDINGS.values()])
async def test_a_project_with_only_the_sdk_gets_the_ending_as_data(
    stack, python, late, tmp_path, connection
):
    request = tmp_path / "request.json"
    request.write_text(json.dumps(a_request(connection, late, str(uuid4()))))
    ran = await run(*python, str(request), environment=stack.environment, cwd=tmp_path)

    assert ENDINGS[connection] == (ran.code, ran.document["status"]), ran.err


@pytest.mark.parametrize("connection", ENDINGS, ids=[status for _, status in ENDINGS.values()])
async def test_a_script_with_only_the_command_gets_the_ending_as_data(
    shell, late, tmp_path, connection
):
    key = str(uuid4())
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record("accounts", key[:5])))
    command = (str(SCRIPT), company_of(connection, late), connection, "accounts", key, str(file))
    ran = await run(*command, environment=shell, cwd=tmp_path)
    again = await run(*command, environment=shell, cwd=tmp_path)

    assert ENDINGS[connection] == (ran.code, ran.document["status"]), ran.err
    assert ran == again


async def test_both_tell_what_is_wrong_with_a_request(stack, python, shell, tmp_path):
    request = tmp_path / "request.json"
    wrong = a_request(seeds.PROMPT, "", str(uuid4())) | {"data": []}
    request.write_text(json.dumps(wrong))
    file = tmp_path / "record.json"
    file.write_text("[]")
    command = (str(SCRIPT), seeds.COMPANY, seeds.PROMPT, "accounts", str(uuid4()), str(file))
    by_sdk = await run(*python, str(request), environment=stack.environment, cwd=tmp_path)
    by_command = await run(*command, environment=shell, cwd=tmp_path)

    assert (2, 2) == (by_sdk.code, by_command.code)
    assert "data must be a JSON object" in by_sdk.complaint
    assert "data must be a JSON object" in by_command.complaint


async def test_both_refuse_another_record_under_a_key_that_was_used(stack, python, shell, tmp_path):
    key, request, file = str(uuid4()), tmp_path / "request.json", tmp_path / "record.json"
    command = (str(SCRIPT), seeds.COMPANY, seeds.PROMPT, "accounts", key, str(file))
    codes, said = [], []
    for number in (key[:5], key[9:13]):
        file.write_text(json.dumps(record("accounts", number)))
        sent = a_request(seeds.PROMPT, "", key) | {"data": record("accounts", number)}
        request.write_text(json.dumps(sent))
        by_command = await run(*command, environment=shell, cwd=tmp_path)
        by_sdk = await run(*python, str(request), environment=stack.environment, cwd=tmp_path)
        codes.append((by_command.code, by_sdk.code))
        said = [by_command.err, by_sdk.err]

    assert [(0, 0), (2, 2)] == codes
    assert all("belongs to a push of another" in one for one in said)


async def test_both_join_a_push_whose_ids_are_in_upper_case(stack, python, shell, tmp_path):
    key, request, file = str(uuid4()), tmp_path / "request.json", tmp_path / "record.json"
    by_sdk, by_command = [], []
    file.write_text(json.dumps(record("accounts", key[:5])))
    for company, connection in (
        (seeds.COMPANY, seeds.PROMPT),
        (seeds.COMPANY.upper(), seeds.PROMPT.upper()),
    ):
        where = {"companyId": company, "connectionId": connection}
        request.write_text(json.dumps(a_request(seeds.PROMPT, "", f"sdk-{key}") | where))
        command = (str(SCRIPT), company, connection, "accounts", key, str(file))
        by_sdk.append(await run(*python, str(request), environment=stack.environment, cwd=tmp_path))
        by_command.append(await run(*command, environment=shell, cwd=tmp_path))

    assert 0 == by_sdk[0].code, by_sdk[0].err
    assert 0 == by_command[0].code, by_command[0].err
    assert by_sdk[0] == by_sdk[1]
    assert by_command[0] == by_command[1]
