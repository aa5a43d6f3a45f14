"""Requests that no careful client sends: each gets an answer in the API's own shape."""

import asyncio
import codecs
import json

import httpx
import pytest

from emulator import seeds
from emulator.examples import record
from emulator.transport import InProcess

COMPANY = f"/companies/{seeds.COMPANY}"
PUSH = f"{COMPANY}/connections/{seeds.SYNCHRONOUS}/push"
SUPPLIER = json.dumps(record("suppliers"))
TWENTY = "9" * 20
pytestmark = pytest.mark.timeout(30)  # what is not answered would hang


def assert_told(answer, status=400):
    """In the shape of Codat's errors."""
    told = answer.json()

    assert (status, status) == (answer.status_code, told["statusCode"])
    assert {"service", "error", "correlationId", "canBeRetried"} <= set(told)


async def test_a_byte_order_mark_leaves_ledger_and_list_readable(codat, client):
    codat.settings(echo_data=True)
    pushed = await client.post(f"{PUSH}/suppliers", content=codecs.BOM_UTF8 + SUPPLIER.encode())
    listed = await client.get(f"{COMPANY}/push")
    (entry,) = codat.ledger()

    assert "Success" == pushed.json()["status"]
    assert [json.loads(SUPPLIER)] == [one["data"] for one in listed.json()["results"]]
    assert json.loads(SUPPLIER) == entry["data"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
async def test_a_body_that_is_no_utf_8_is_400(codat, client, encoding):
    body = SUPPLIER.replace("{", '{"phone": "ü", ', 1).encode(encoding)
    assert_told(await client.post(f"{PUSH}/suppliers", content=body))

    assert [] == codat.ledger()


@pytest.mark.parametrize(
    "number", [TWENTY, f"-{TWENTY}", f"{TWENTY}.5", f"1e{TWENTY}", f"1e-{TWENTY}", "9" * 5000]
)
@pytest.mark.parametrize("field", ["netAmount", "description"])
async def test_a_record_with_an_endless_number_is_answered(client, number, field):
    entry = json.loads(json.dumps(record("journalEntries")))
    entry["journalLines"][0][field] = 123456
    body = json.dumps(entry).replace("123456", number)
    answer = await client.post(f"{PUSH}/journalEntries", content=body)

    assert answer.status_code in {200, 400}
    assert answer.json()["statusCode"] in {200, 400}


async def test_amounts_too_large_to_add_up_are_refused(client):
    body = json.dumps(record("journalEntries"))
    for amount, huge in (("5", "9E+999999"), ("-5", "8E+999999")):
        body = body.replace(f'"netAmount": {amount},', f'"netAmount": {huge},')
    answer = await client.post(f"{PUSH}/journalEntries", content=body)

    assert "Failed" == answer.json()["status"]


@pytest.mark.parametrize(
    "path",
    [
        f"{COMPANY}/push?page={TWENTY}",
        f"{COMPANY}/push?pageSize={TWENTY}",
        f"{COMPANY}/push?query=timeoutInMinutes={TWENTY}",
        f"{COMPANY}/push?query=" + "{" * 500 + "status=Success" + "}" * 500,
    ],
)
async def test_a_list_that_is_asked_for_beyond_all_measure_is_400(client, path):
    assert_told(await client.get(path))


async def test_minutes_beyond_all_measure_are_400(codat, client):
    path = f"{PUSH}/suppliers?timeoutInMinutes={TWENTY}"
    assert_told(await client.post(path, content=SUPPLIER))

    assert [] == codat.ledger()


@pytest.mark.parametrize("data_type", ["bills", "items"])
async def test_half_a_character_is_400(codat, client, data_type):
    half = {"bills": "reference", "items": "code"}[data_type]
    body = json.dumps(record(data_type) | {half: "\ud800"})
    assert_told(await client.post(f"{PUSH}/{data_type}", content=body))

    assert [] == codat.ledger()


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("GET", f"journal?since={TWENTY}", None),
        ("POST", "clock/advance", {"seconds": 1e300}),
        ("POST", "clock/advance", {"seconds": float("inf")}),
        ("PUT", "clock", {"speed": float("nan")}),
        ("PUT", "clock", {"speed": 1e300}),
        ("PUT", "clock", {"speed": -1}),
        ("DELETE", f"faults/{TWENTY}", None),
    ],
)
async def test_a_control_beyond_all_measure_is_400_and_changes_nothing(
    client, method, path, document
):
    body = None if document is None else json.dumps(document)
    answer = await client.request(method, f"/_emulator/{path}", content=body)
    later = await client.post(f"{PUSH}/suppliers", content=SUPPLIER)

    assert 400 == answer.status_code
    assert answer.json()["error"]
    assert "Success" == later.json()["status"]


async def test_an_unforeseen_error_is_500_in_the_form_of_codats_errors(codat, client, caplog):
    def broken(*_):
        raise LookupError("nobody foresaw this")

    codat._world.journal.arrive = broken  # noqa: SLF001  # nothing from outside is known to do it
    assert_told(await client.get(f"{COMPANY}/push"), 500)

    assert "nobody foresaw this" in caplog.text


async def test_an_app_that_breaks_in_mid_answer_breaks_the_connection():
    async def breaks(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError("nobody foresaw this")

    transport = InProcess(breaks)
    async with httpx.AsyncClient(transport=transport, timeout=None) as client:
        with pytest.raises(httpx.ReadError, match="nobody foresaw this"):
            await asyncio.wait_for(client.get("http://codat.test/"), 20)


@pytest.mark.parametrize("name", ["file", "fileName", "requestBody"])
async def test_an_attachment_may_have_each_name_of_codats_clients(codat, client, name):
    bill = (await client.post(f"{PUSH}/bills", json=record("bills"))).json()
    path = f"{PUSH}/bills/{bill['changes'][0]['recordRef']['id']}/attachments"
    answer = await client.post(path, files={name: ("a.txt", b"paper")})

    assert "Success" == answer.json()["status"]
    assert ["Created", "AttachmentUploaded"] == [entry["change"] for entry in codat.ledger()]


@pytest.mark.parametrize(
    "sent",
    [{"data": {"file": "a"}}, {"json": {"file": "a"}}, {"files": {"other": ("file", b"paper")}}],
    ids=["form", "json", "part of another name"],
)
async def test_an_attachment_without_a_file_is_400(client, sent):
    assert_told(await client.post(f"{PUSH}/bills/1/attachments", **sent))


async def test_a_reset_gives_back_the_days_requests(codat, client):
    before = (await client.get(f"{COMPANY}/push")).headers["x-rate-limit-remaining"]
    await client.get(f"{COMPANY}/push")
    codat.reset()
    after = (await client.get(f"{COMPANY}/push")).headers["x-rate-limit-remaining"]

    assert before == after


async def test_a_day_that_is_spent_begins_anew_by_a_reset(codat, client, monkeypatch):
    monkeypatch.setattr("emulator.limits._PER_COMPANY", 10)
    codat.settings(limits="enforced")
    for _ in range(30):
        await client.get(f"{COMPANY}/push/{seeds.COMPANY}")
    over = await client.get(f"{COMPANY}/push")
    codat.reset()
    codat.settings(limits="enforced")
    again = await client.get(f"{COMPANY}/push")

    assert [429, 200] == [over.status_code, again.status_code]
