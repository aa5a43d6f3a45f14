"""What the front door answers when something of its own is missing or full: a sentence, a 503."""

from uuid import uuid4

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing
from dispatch.payloads.storage import LARGE
from dispatch.pushes import start_push
from emulator import seeds
from gateway.errors import refusal_of
from tests.support.cluster import a_request
from tests.support.front_door import front_door

RING = KeyRing({"2026-11": bytes(range(32))}, "2026-11")


def with_converter(client, made):
    return Client(**{**client.config(), "data_converter": made})


async def test_a_push_whose_key_the_front_door_lacks_is_told_as_that(door):
    sealed = with_converter(door.cluster.client, converter(RING))
    # Whose record nobody else can read: it keeps others of its place from being adopted.
    request = a_request(connection_id=uuid4())
    push = await start_push(sealed, request, task_queue="nobody's")
    answer = await door.http.get(f"/companies/{seeds.COMPANY}/push/{push.push_id}")
    await push.handle.terminate()

    assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
    assert "encrypted with the key '2026-11', which PUSH_ENCRYPTION_KEYS" in answer.json()["error"]


async def test_a_large_record_that_finds_no_room_is_told_as_that(devserver, tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    client = with_converter(devserver.client, converter(KeyRing(), tmp_path))
    async with front_door(devserver, client=client) as door:
        record = {"supplierName": "x" * LARGE, "status": "Active"}
        answer = await door.http.post(door.path(), json=record)

    assert (503, "True") == (answer.status_code, answer.json()["canBeRetried"])
    assert "written to PUSH_LARGE_DIRECTORY" in answer.json()["error"]


def test_a_key_for_temporal_that_has_expired_is_told_as_that():
    error = RPCError("The token has expired.", RPCStatusCode.UNAUTHENTICATED, b"")
    refusal = refusal_of(error)

    assert (503, "Temporal does not let the front door in: its key has to be renewed.") == (
        refusal.status,
        refusal.message,
    )
