import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from pydantic import HttpUrl, SecretStr

from codat.client import CodatClient
from codat.errors import CodatLost, CodatRefused, CodatTooLarge, CodatUnreachable
from codat.exact_json import Number
from codat.models import PushStatus, PushTarget
from codat.settings import CodatSettings

COMPANY = UUID("8a210b68-6988-11ed-a1eb-0242ac120002")
CONNECTION = UUID("2e9d2c44-f675-40ba-8049-353bfcb5e171")
KEY = UUID("0659a24d-2b66-4979-971e-4b98c3ed7f61")
OPERATION = {"pushOperationKey": str(KEY), "status": "Pending"}
PAGE = {"pageNumber": 1, "pageSize": 100, "totalResults": 1, "results": [OPERATION], "_links": {}}
ROOT = f"/companies/{COMPANY}/connections/{CONNECTION}"


class Recorder:
    """Codat as one answer, and the requests that it got."""

    def __init__(self, status=200, body=None, headers=None):
        self.requests = []
        content = body if isinstance(body, bytes) else json.dumps(body or OPERATION).encode()
        self._response = {"status_code": status, "content": content, "headers": headers}

    def __call__(self, request):
        self.requests.append(request)
        return httpx.Response(**self._response)

    def client(self, base_url="http://codat.test"):
        settings = CodatSettings(api_key=SecretStr("a-key"), base_url=HttpUrl(base_url))
        return CodatClient(settings, transport=httpx.MockTransport(self))


class Flood(httpx.AsyncByteStream):
    """A body of a hundred megabytes."""

    megabytes = 0
    closed = False

    async def __aiter__(self):
        while self.megabytes < 100:
            self.megabytes += 1
            yield b" " * 1_000_000

    async def aclose(self):
        self.closed = True


def a_target(data_type="bills"):
    return PushTarget(company_id=COMPANY, connection_id=CONNECTION, data_type=data_type)


async def test_a_create_is_posted_with_its_key_and_query():
    recorder = Recorder()
    async with recorder.client() as client:
        await client.push(
            a_target(),
            {},
            idempotency_key=KEY,
            timeout_in_minutes=5,
            allow_sync_on_push_complete=False,
            force_update=True,
        )

    request = recorder.requests[0]
    assert ("POST", f"{ROOT}/push/bills") == (request.method, request.url.path)
    assert b"timeoutInMinutes=5&allowSyncOnPushComplete=false" == request.url.query
    assert str(KEY) == request.headers["Idempotency-Key"]


async def test_the_key_alone_is_the_authorization():
    recorder = Recorder()
    async with recorder.client() as client:
        await client.operation(COMPANY, KEY)

    scheme, _, token = recorder.requests[0].headers["Authorization"].partition(" ")
    assert ("Basic", b"a-key") == (scheme, base64.b64decode(token))


async def test_an_update_is_put_without_a_key_to_the_encoded_record():
    recorder = Recorder()
    async with recorder.client() as client:
        await client.push(
            a_target("accounts"), {}, record_id="7/5 0%2F", force_update=True, idempotency_key=KEY
        )

    request = recorder.requests[0]
    raw = f"{ROOT}/push/accounts/7%2F5%200%252F?forceUpdate=true".encode()
    assert ("PUT", raw) == (request.method, request.url.raw_path)
    assert "Idempotency-Key" not in request.headers


@pytest.mark.parametrize("record_id", ["", ".", "..", "\ud800", "x" * 70_000])
async def test_a_record_id_that_would_change_the_path_is_never_sent(record_id):
    recorder = Recorder()
    async with recorder.client() as client:
        with pytest.raises(CodatRefused, match="can't be sent"):
            await client.push(a_target(), {}, record_id=record_id)

    assert [] == recorder.requests


async def test_the_record_is_written_digit_for_digit():
    recorder = Recorder()
    async with recorder.client() as client:
        await client.push(a_target(), {"a": Number("0.10"), "b": Number("1e-7"), "c": "é"})

    assert '{"a":0.10,"b":1e-7,"c":"é"}'.encode() == recorder.requests[0].content
    assert "application/json" == recorder.requests[0].headers["Content-Type"]


async def test_a_record_that_is_no_json_is_never_sent():
    recorder = Recorder()
    async with recorder.client() as client:
        with pytest.raises(CodatRefused, match="no JSON"):
            await client.push(a_target(), {"a": float("nan")})

    assert [] == recorder.requests


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_a_queued_push_is_an_operation(status):
    async with Recorder(status).client() as client:
        operation = await client.push(a_target(), {})

    assert (KEY, PushStatus.PENDING) == (operation.push_operation_key, operation.status)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"pushOperationKey": "7"}'])
async def test_a_success_that_names_no_operation_is_lost(body):
    async with Recorder(body=body).client() as client:
        with pytest.raises(CodatLost):
            await client.push(a_target(), {})


async def test_a_redirect_is_lost_and_never_followed():
    recorder = Recorder(307, headers={"Location": "/elsewhere"})
    async with recorder.client() as client:
        with pytest.raises(CodatLost, match="redirect"):
            await client.push(a_target(), {})

    assert 1 == len(recorder.requests)


async def test_a_platform_text_with_half_a_character_is_read():
    body = json.dumps({**OPERATION, "errorMessage": "Oh \ud83d"}).encode()
    async with Recorder(body=body).client() as client:
        operation = await client.push(a_target(), {})

    assert "Oh \ufffd" == operation.error_message


async def test_options_are_read_whole_and_raw():
    document = {"type": "Object", "properties": {"note": {"type": "String"}}, "own": 1}
    recorder = Recorder(body=document)
    async with recorder.client() as client:
        raw, option = await client.options_document(a_target()), await client.options(a_target())

    assert document == raw
    assert "String" == (option.properties or {})["note"].type


async def test_accounts_are_asked_for_by_both_their_names():
    recorder = Recorder()
    async with recorder.client("http://codat.test/v1/") as client:
        await client.options(a_target("accounts"))
        await client.push(a_target("chartOfAccounts"), {})

    paths = [request.url.path for request in recorder.requests]
    assert [f"/v1{ROOT}/options/chartOfAccounts", f"/v1{ROOT}/push/accounts"] == paths


@pytest.mark.parametrize(
    "body", [b"[]", b'"text"', b"{", b'{"properties":{"a":' * 300 + b"{}" + b"}}" * 300]
)
async def test_options_that_are_none_are_lost(body):
    async with Recorder(body=body).client() as client:
        with pytest.raises(CodatLost):
            await client.options(a_target())


async def test_an_answer_over_fifty_megabytes_is_refused_and_hung_up():
    flood = Flood()
    settings = CodatSettings(api_key=SecretStr("a-key"))
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=flood))
    async with CodatClient(settings, transport=transport) as client:
        with pytest.raises(CodatLost, match="larger than 50 MB"):
            await client.options_document(a_target())

    assert (51, True) == (flood.megabytes, flood.closed)


@pytest.mark.parametrize(
    ("megabytes", "kind"), [(0, CodatLost), (1, CodatLost), (2, CodatTooLarge)]
)
async def test_an_answer_read_too_late_is_too_large_if_much_of_it_came(megabytes, kind):
    async def late():
        for _ in range(megabytes):
            yield bytes(1_000_000)
        raise httpx.ReadTimeout("late")

    settings = CodatSettings(api_key=SecretStr("a-key"))
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=late()))
    async with CodatClient(settings, transport=transport) as client:
        with pytest.raises(CodatLost, match="time-out") as lost:
            await client.operations(COMPANY)

    assert kind is lost.type


async def test_operations_are_listed_newest_first():
    recorder = Recorder(body=PAGE)
    async with recorder.client() as client:
        await client.operations(COMPANY, query="status=Pending&&dataType=bills", page=2)

    sent = dict(recorder.requests[0].url.params)
    assert {
        "page": "2",
        "pageSize": "100",
        "query": "status=Pending&&dataType=bills",
        "orderBy": "-requestedOnUtc",
    } == sent


async def test_a_page_carries_the_servers_own_date():
    headers = {"Date": "Sun, 22 Nov 2026 14:00:00 GMT"}
    async with Recorder(body=PAGE, headers=headers).client() as client:
        page = await client.operations(COMPANY)

    assert datetime(2026, 11, 22, 14, tzinfo=UTC) == page.date
    assert [KEY] == [operation.push_operation_key for operation in page.results]


@pytest.mark.parametrize("body", [b"{}", b"[]", json.dumps({**PAGE, "results": [{}]}).encode()])
async def test_a_list_that_can_not_be_read_whole_is_lost(body):
    async with Recorder(body=body).client() as client:
        with pytest.raises(CodatLost):
            await client.operations(COMPANY)


async def test_a_transport_without_traces_is_fenced_before_its_use():
    recorder = Recorder()

    def object_to_it():
        raise KeyError("no")

    async with recorder.client() as client:
        with pytest.raises(KeyError):
            await client.push(a_target(), {}, before_send=object_to_it)

    assert [] == recorder.requests


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_transport_that_never_connected_sent_nothing(kind):
    def fail(_request):
        raise kind("no")

    settings = CodatSettings(api_key=SecretStr("a-key"))
    async with CodatClient(settings, transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(CodatUnreachable, match="nothing was sent"):
            await client.push(a_target(), {})


@pytest.mark.parametrize("error", [httpx.WriteError("no"), ZeroDivisionError(), OSError()])
async def test_whatever_breaks_after_sending_leaves_it_open(error):
    def fail(_request):
        raise error

    settings = CodatSettings(api_key=SecretStr("a-key"))
    async with CodatClient(settings, transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(CodatLost, match="was sent"):
            await client.push(a_target(), {})
