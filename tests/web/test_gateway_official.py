"""Codat's own clients, unmodified, create, read and list pushes through the front door."""

import asyncio
import json

import pytest
import pytest_asyncio

from codat.models import PushStatus
from emulator import seeds
from gateway.app import build_app
from tests.contract.test_official_clients import OFFICIAL
from tests.support.front_door import KEY, basic, front_door
from tests.support.serving import served
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(400)
SUPPLIER = {"supplierName": "Mixed", "status": "Active"}


async def mixed_pushes(door):
    """One push of each ending that exists, and one that goes on."""
    slow, offline = door.path(connection=seeds.SLOW), door.path(connection=seeds.OFFLINE)
    bodies = [
        (door.path(), SUPPLIER),
        (door.path(), {"supplierName": "No status"}),
        (slow, SUPPLIER),
        (offline, SUPPLIER),
    ]
    answers = [await door.http.post(path, json=body) for path, body in bodies]
    success, failed, unknown, pending = [one.json()["pushOperationKey"] for one in answers]
    await door.house.client.get_workflow_handle(f"push-{unknown}").terminate()
    ends = [await door.ended(key) for key in (success, failed, unknown)]
    listed = f"/companies/{seeds.COMPANY}/push?pageSize=50"

    async def shown():
        rows = (await door.http.get(listed)).json()["results"]
        told = {row["pushOperationKey"]: row["status"] for row in rows}
        return all(told.get(end["pushOperationKey"]) == end["status"] for end in ends)

    await eventually(shown)
    return {success: "Success", failed: "Failed", unknown: "TimedOut", pending: "Pending"}


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="seen")
async def _seen(official_python, devserver):
    async with (
        front_door(devserver, unknown_as="TimedOut") as door,
        served(build_app(door.parts)) as url,
    ):
        mixed = await mixed_pushes(door)
        where = [url, seeds.COMPANY, seeds.PROMPT, basic(KEY)["Authorization"]]
        command = [str(official_python), str(OFFICIAL / "front_door.py"), *where]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()[-3000:]
        return json.loads(out) | {"mixed": mixed}


def test_they_create_and_read_pushes_to_their_end(seen):
    assert 2 == len(set(seen["keys"]))
    assert [PushStatus.SUCCESS] * 2 == seen["ends"]


def test_they_read_options(seen):
    assert "Object" == seen["option"]


@pytest.mark.parametrize("client", ["platform", "payables"])
def test_each_client_that_lists_reads_a_page_of_all_endings(seen, client):
    shown = {key: status for key, status in seen[client].items() if key in seen["mixed"]}

    assert seen["mixed"] == shown
