"""Codat's own clients, unmodified, create, read and list pushes through the front door."""

import pytest
import pytest_asyncio

from codat.models import PushStatus
from emulator import seeds
from emulator.examples import record
from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import KEY, basic, front_door
from tests.support.large_payloads import beside
from tests.support.official_clients import NEWEST, NODE, OLDER, driven

pytestmark = pytest.mark.timeout(400)
SCRIPTS = {OLDER: "front_door.py", NEWEST: "newest/drive.py", NODE: "node/drive.js"}
MORE = {NODE: ["attach"]}
SUPPLIER = {"supplierName": "Mixed", "status": "Active"}


def attached(door):
    """The names and sizes of the files that reached the books."""
    entries = [one["data"] for one in door.cluster.records if one["change"] == "AttachmentUploaded"]
    return sorted((file["name"], file["fileSize"]) for file in entries)


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
    await door.cluster.client.get_workflow_handle(f"push-{unknown}").terminate()
    ends = [await door.ended(key) for key in (success, failed, unknown)]
    listed = f"/companies/{seeds.COMPANY}/push?pageSize=50"

    async def shown():
        rows = (await door.http.get(listed)).json()["results"]
        told = {row["pushOperationKey"]: row["status"] for row in rows}
        return all(told.get(end["pushOperationKey"]) == end["status"] for end in ends)

    await eventually(shown)
    return {success: "Success", failed: "Failed", unknown: "TimedOut", pending: "Pending"}


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="seen")
async def _seen(devserver, tmp_path_factory):
    """What all the clients saw, by their environment, and what they attached."""
    house = beside(devserver, tmp_path_factory.mktemp("large"))
    async with (
        front_door(house, unknown_as="TimedOut") as door,
        served(build_app(door.parts)) as url,
    ):
        prompt = door.cluster.codat.connection(seeds.PROMPT)
        for bill in ("bill-7", "bill-8"):
            prompt.add_record("bills", record("bills"), record_id=bill)
        mixed = await mixed_pushes(door)
        where = (url, seeds.COMPANY, seeds.PROMPT, basic(KEY)["Authorization"])
        reports = {
            name: await driven(name, script, *where, *MORE.get(name, ()))
            for name, script in SCRIPTS.items()
        }

        async def all_attached():
            return len(attached(door)) == 2

        await eventually(all_attached)
        seen = {"mixed": mixed, "attached": attached(door)}
        return {name: report | seen for name, report in reports.items()}


@pytest.mark.parametrize("environment", SCRIPTS)
def test_they_create_and_read_pushes_to_their_end(seen, environment):
    report = seen[environment]

    assert len(report["keys"]) == len(set(report["keys"].values()))
    assert {PushStatus.SUCCESS} == set(report["ends"].values())


@pytest.mark.parametrize("environment", SCRIPTS)
def test_they_read_options(seen, environment):
    assert {"Object"} == set(seen[environment]["options"].values())


@pytest.mark.parametrize("environment", SCRIPTS)
def test_each_client_that_lists_reads_a_page_of_all_endings(seen, environment):
    report = seen[environment]
    shown = {
        client: {key: status for key, status in page.items() if key in report["mixed"]}
        for client, page in report["listed"].items()
    }

    assert dict.fromkeys(report["listed"], report["mixed"]) == shown


def test_they_attach_files_and_send_nothing_else_for_one(seen):
    assert [("a.txt", 5), ("a.txt", 5)] == seen[OLDER]["attached"]
    assert 400 == seen[OLDER]["refused"]


def test_they_delete_a_bill(seen):
    assert PushStatus.SUCCESS == seen[OLDER]["deleted"]
