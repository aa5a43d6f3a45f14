"""`push --read-back` and `push --look-first` as an operator runs them, against real processes."""

import functools
import json
from uuid import uuid4

import pytest

from emulator.examples import record
from tests.support.subprocess_runner import run_starter

pytestmark = pytest.mark.usefixtures("worker")

NAME = "Miller, Baker and Sons of Oakham"


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    return functools.partial(run_starter, environment=stack.environment, cwd=tmp_path)


async def test_a_record_is_read_back_and_then_found(starter, emulator):
    company, connection = str(uuid4()), str(uuid4())
    await emulator.seed(company, connection, delay=0, refresh_seconds=0, rewrites=["cut"])
    data = record("suppliers") | {"supplierName": NAME, "phone": uuid4().hex[:12]}
    place = ("--company", company, "--connection", connection, "--data-type", "suppliers")
    push = functools.partial(
        starter, "push", *place, "--data", "-", "--wait", "--json", given=json.dumps(data)
    )
    first = (await push("--read-back")).document
    shown = await starter("show", first["pushId"])
    second = (await push("--look-first", "--unique-field", "/phone")).document

    change = {"pointer": "/supplierName", "sent": NAME, "stands": NAME[:24].strip()}
    assert [change] == first["changedByPlatform"]
    assert "read the record from the books: 1 field differs" in shown.out
    assert f'changed /supplierName: "{NAME}" was sent' in shown.out
    assert ("Success", False) == (second["status"], second["submitted"])
    assert first["records"][0]["id"] == second["records"][0]["id"]
