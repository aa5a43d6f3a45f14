import asyncio
import time

import httpx
import pytest

from emulator import Emulator, seeds
from emulator.examples import record

COMPANY = f"/companies/{seeds.COMPANY}"
SUPPLIERS = f"{COMPANY}/connections/{seeds.PROMPT}/push/suppliers"


@pytest.fixture(name="codat")
async def _codat():
    async with Emulator(impatient=True) as codat:
        yield codat


async def push(codat, **options):
    async with codat.client() as client:
        return await client.post(SUPPLIERS, json=record("suppliers"), **options)


@pytest.mark.parametrize(
    ("fault", "expected", "written"),
    [
        ("refuse", httpx.ConnectError, 0),
        ("drop-before-commit", httpx.RemoteProtocolError, 0),
        ("commit-then-drop", httpx.RemoteProtocolError, 1),
        ("hang", httpx.ReadTimeout, 1),
        ("processed-late", httpx.ReadTimeout, 0),
        ("cut-body", httpx.RemoteProtocolError, 1),
    ],
)
async def test_a_broken_line_raises_what_a_socket_would(codat, fault, expected, written):
    codat.fault(fault, times=1)
    with pytest.raises(expected):
        await push(codat)
    codat.advance(1)

    assert written == len(codat.ledger())


async def test_a_late_request_is_processed_as_of_its_time(codat):
    codat.fault("processed-late", seconds=30, times=1)
    with pytest.raises(httpx.ReadTimeout):
        await push(codat)
    codat.advance(3600)
    await codat.catch_up()
    (entry,) = codat.ledger()
    (request,) = codat.journal()

    assert "processed late" == request["did"]
    assert entry["pushOperationKey"] == request["pushOperationKey"]


async def test_a_patient_client_waits_for_its_own_time_out():
    async with Emulator() as codat:
        codat.fault("hang")
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            await push(codat, timeout=0.2)

        assert 0.2 <= time.monotonic() - began < 2


async def test_a_cancelled_request_has_left():
    async with Emulator() as codat:
        codat.fault("hang", committed=False)
        task = asyncio.create_task(push(codat, timeout=None))
        await codat.arrival(method="POST")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        codat.advance(1)

        assert [] == codat.ledger()


async def test_webhooks_reach_an_application_without_a_port():
    heard = []

    def receive(request):
        heard.append(request.headers["webhook-id"])
        return httpx.Response(204)

    transport = httpx.MockTransport(receive)
    async with Emulator(webhooks_through=transport) as codat, codat.client() as client:
        await client.post("/webhooks", json={"url": "http://gateway/webhooks"})
        await push(codat)
        codat.advance(1)
        await codat.catch_up()

    assert 1 == len(heard)


async def test_two_emulators_in_turn_share_a_file(tmp_path):
    database = str(tmp_path / "emulator.db")
    async with Emulator(database=database) as codat:
        first = (await push(codat)).json()
    async with Emulator(database=database) as codat, codat.client() as client:
        codat.advance(1)
        again = await client.get(f"{COMPANY}/push/{first['pushOperationKey']}")

    assert "Success" == again.json()["status"]


async def test_a_record_id_may_need_encoding(codat):
    codat.seed(records=[{"connection": seeds.PROMPT, "dataType": "suppliers", "id": "a/b c?d"}])
    async with codat.client() as client:
        await client.put(f"{SUPPLIERS}/a%2Fb%20c%3Fd", json=record("suppliers"))
    codat.advance(1)

    assert ["a/b c?d"] == [entry["recordId"] for entry in codat.ledger()][1:]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b'{"a": NaN}', b"\xff"])
async def test_a_body_that_is_no_record_is_400(codat, body):
    async with codat.client() as client:
        answer = await client.post(SUPPLIERS, content=body)

    assert 400 == answer.status_code


async def test_a_reset_begins_the_world_anew(codat):
    codat.fault("forbidden", method="GET")
    codat.settings(echo_data=True)
    await push(codat)
    codat.reset()
    codat.advance(1)

    assert ([], [], []) == (codat.faults(), codat.journal(), codat.ledger())
    assert codat.settings()["echo_data"] is False


async def test_a_closed_client_leaves_the_requests_of_others_alone():
    async with Emulator() as codat:
        codat.fault("hang", seconds=0.2)
        waiting = asyncio.create_task(push(codat))
        await codat.arrival(method="POST")
        async with codat.client():
            pass

        assert 200 == (await waiting).status_code
