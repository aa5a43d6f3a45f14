"""The package `surepush-client`, built and installed as a backend would."""

import importlib.metadata
import json
import re
import sys
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from codat.exact_json import loads
from emulator import seeds
from emulator.examples import record
from stack.process import ROOT
from surepush_client.models import PushRequest
from surepush_client.payloads import to_plain
from tests.support.plans import THREE, plan_of
from tests.support.subprocess_runner import run

SCRIPT = str(ROOT / "examples" / "client" / "push.py")
PLAN = str(ROOT / "examples" / "client" / "plan.py")

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(150)]


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="wheel")
async def _wheel(tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    project = str(ROOT / "packages" / "client")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    offline = ("--no-deps", "--no-index", "--no-build-isolation")  # as make client builds it
    made = await run(*pip, "wheel", *offline, "-w", str(place), project, environment={}, cwd=place)
    assert 0 == made.code, made.err
    (wheel,) = place.glob("*.whl")
    return wheel


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="python")
async def _python(wheel, tmp_path_factory):
    """The interpreter of an environment with the wheel, and of ours only what the wheel needs."""
    place = tmp_path_factory.mktemp("backend") / "venv"
    await run(sys.executable, "-m", "venv", "--without-pip", str(place), environment={}, cwd=ROOT)
    (packages,) = place.glob("lib/*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    for name in required(wheel):
        for part in {file.parts[0] for file in importlib.metadata.files(name) or ()} - {".."}:
            link = packages / part
            if not link.exists():
                link.symlink_to(importlib.metadata.distribution(name).locate_file(part))
    return str(place / "bin" / "python")


def required(wheel):
    """What a wheel requires, and what that requires, by name."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        text = archive.read(name).decode()
    waiting, found = re.findall(r"^Requires-Dist: ([\w-]+)", text, re.MULTILINE), set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        given = [one for one in importlib.metadata.requires(name) or [] if "extra ==" not in one]
        waiting += re.findall(r"^[\w-]+", "\n".join(given), re.MULTILINE)
    return found


def a_request(key, **data):
    return {
        "companyId": seeds.COMPANY,
        "connectionId": seeds.PROMPT,
        "dataType": "accounts",
        "data": record("accounts", key[:5]) | data,
        "idempotencyKey": key,
    }


def test_the_wheel_has_one_top_level_name_and_two_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {Path(name).parts[0] for name in archive.namelist()}

    assert {"surepush_client", f"{'-'.join(wheel.stem.split('-')[:2])}.dist-info"} == tops
    assert {"temporalio", "pydantic"} <= required(wheel)
    assert not {"httpx", "simplejson", "surepush"} & required(wheel)


async def test_an_installed_client_pushes_and_reads_the_outcome(stack, python, tmp_path):
    key, file = str(uuid4()), tmp_path / "request.json"
    exact = '"currentBalance":12345678901234.10,"sequence":9007199254740993'
    file.write_text(json.dumps(a_request(key)).replace('"data": {', f'"data": {{{exact},'))
    ran = await run(python, SCRIPT, str(file), environment=stack.environment, cwd=tmp_path)

    assert (0, "Success") == (ran.code, ran.document["status"]), ran.err
    assert exact in await text_of(stack, key)
    assert loads(await text_of(stack, key))["dataType"] == "chartOfAccounts"


async def text_of(stack, key):
    """The input of a push as it travelled."""
    handle = stack.client.get_workflow_handle(PushRequest(**a_request(key)).workflow_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    (payload,) = first.workflow_execution_started_event_attributes.input.payloads
    return payload.data.decode()


async def test_an_installed_client_refuses_another_record(stack, python, tmp_path):
    key, file, codes = str(uuid4()), tmp_path / "request.json", []
    for balance, company in ((1, seeds.COMPANY), (1, seeds.COMPANY.upper()), (2, seeds.COMPANY)):
        asked = a_request(key, currentBalance=balance) | {"companyId": company}
        file.write_text(json.dumps(asked))
        ran = await run(python, SCRIPT, str(file), environment=stack.environment, cwd=tmp_path)
        codes.append(ran.code)

    assert [0, 0, 2] == codes
    assert f"The idempotencyKey {key} belongs to a push of another record" in ran.complaint


async def test_an_installed_client_tells_what_is_wrong(stack, python, tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(a_request(str(uuid4())) | {"dataType": "beers"}))
    ran = await run(python, SCRIPT, str(file), environment=stack.environment, cwd=tmp_path)

    assert 2 == ran.code
    assert "'beers' is no data type that can be pushed" in ran.complaint


async def test_an_installed_client_runs_a_plan_and_refuses_another(stack, python, tmp_path):
    file, codes = tmp_path / "plan.json", []
    content = to_plain(plan_of(*THREE, key=str(uuid4())).content)
    for asked in (content, content, content | {"onFailure": "stop"}):
        file.write_text(json.dumps(asked))
        ran = await run(python, PLAN, str(file), environment=stack.environment, cwd=tmp_path)
        codes.append(ran.code)

    assert [0, 0, 2] == codes
    assert f"The key {content['key']} belongs to another plan" in ran.complaint
