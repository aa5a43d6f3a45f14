"""How a request has to be written, and what is answered to one that is not."""

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from codat.target import UPDATED_TYPES
from emulator import seeds
from emulator.examples import record
from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import BASE, KEY, basic, front_door
from tests.support.metric_buffer import Measured

COMPANY = f"/companies/{seeds.COMPANY}"
OPTIONS = f"{COMPANY}/connections/{seeds.PROMPT}/options"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
"""What java.net.HttpURLConnection accepts unless told otherwise."""


def a_supplier() -> dict[str, Any]:
    return record("suppliers", number=uuid4().hex[:7])


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="measured")
async def _measured(devserver):
    """A front door whose metrics can be read."""
    here = Measured()
    async with front_door(devserver, meter=here.runtime.metric_meter) as door:
        yield door, here


async def test_an_unforeseen_error_is_logged_counted_and_answered(measured, monkeypatch, caplog):
    door, here = measured
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("gateway.api.pushes.find", lambda *_: 1 / 0)
    answer = await door.http.get(f"{COMPANY}/push/{uuid4()}")
    correlation = answer.headers.get("x-correlation-id")
    lines = [one for one in caplog.records if one.name == "surepush.gateway"]
    counted = [labels["status"] for name, labels, _ in here.told() if name == "gateway_requests"]

    assert (500, correlation) == (answer.status_code, answer.json()["correlationId"])
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert ["500"] == counted
    assert [True, False] == [bool(one.exc_info) for one in lines]
    assert lines[1].getMessage().startswith(f"GET {COMPANY[:10]}")


@pytest.mark.parametrize("sent", [b"", b'{"supplierName":'])
async def test_a_stranger_who_hangs_up_leaves_a_line_and_no_traceback(measured, caplog, sent):
    door, _ = measured
    caplog.set_level(logging.INFO)
    async with served(build_app(door.parts)) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        writer.write(
            f"POST {door.path()} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
            f"Authorization: {basic(KEY)['Authorization']}\r\n\r\n".encode()
            + sent
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()

        async def told():
            return [one for one in caplog.records if ": 499 in " in one.getMessage()]

        await eventually(told)

    assert [] == [one.getMessage() for one in caplog.records if one.exc_info]


async def test_a_bank_account_may_have_a_slash_in_its_id(door):
    path = "bankAccounts/a%2Fb/bankTransactions"
    answer = await door.http.post(door.path(path), json=record("bankTransactions"))
    options = await door.http.get(f"{OPTIONS}/{path}")
    await door.ended(answer.json()["pushOperationKey"])

    assert (200, 200) == (answer.status_code, options.status_code)
    assert [1] == [sum(path in one["path"] for one in door.cluster.posts)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{COMPANY}/push/{seeds.COMPANY}"),
        ("GET", f"{COMPANY}/push?page=0"),
        ("GET", f"{OPTIONS}/unicorns"),
        ("PUT", f"{COMPANY}/connections/{seeds.PROMPT}/push/bills/%FF"),
        ("DELETE", f"{COMPANY}/connections/{seeds.PROMPT}/push/suppliers/7"),
        ("GET", "/companies/x/push"),
        ("PUT", "/webhooks/codat"),
    ],
)
async def test_errors_of_the_api_are_json_whatever_a_client_accepts(door, method, path):
    answer = await door.http.request(method, path, headers={"Accept": JAVA})

    assert "application/json" == answer.headers["content-type"]
    assert answer.status_code == answer.json()["statusCode"]


async def test_errors_of_pages_are_pages(door):
    answer = await door.http.get("/go?company=x", headers={"Accept": "text/html"})

    assert 400 == answer.status_code
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("name", ["%FF", "100%", "%zz", "a%C3"])
async def test_a_record_id_that_is_badly_encoded_is_no_other_record(door, name):
    url = httpx.URL(f"{BASE}{door.path()}/").copy_with(raw_path=f"{door.path()}/{name}".encode())
    answer = await door.http.put(url, json=a_supplier())

    assert 400 == answer.status_code
    assert "percent-encoded UTF-8" in answer.json()["error"]


@pytest.mark.parametrize("encoding", ["gzip", "br, identity", "GZIP"])
async def test_a_compressed_body_is_refused_with_a_sentence(door, encoding):
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    answer = await door.http.post(door.path(), content=b"\x1f\x8b", headers=headers)

    assert (415, "identity") == (answer.status_code, answer.headers["accept-encoding"])
    assert "Send the body uncompressed" in answer.json()["error"]


async def test_a_body_that_says_that_it_is_not_compressed_is_taken(door):
    headers = {"Content-Encoding": "identity"}
    answer = await door.http.post(door.path(), json=a_supplier(), headers=headers)

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    "path", ["/health", "/ready", f"{COMPANY}/push", f"{OPTIONS}/bills", "/webhooks/codat"]
)
async def test_what_can_be_read_can_be_asked_for_its_headers(door, path):
    answers = [await door.http.request(method, path) for method in ("GET", "HEAD")]

    assert [200, 200] == [answer.status_code for answer in answers]


async def test_a_push_can_be_asked_for_its_headers(door):
    key = (await door.http.post(door.path(), json=a_supplier())).json()["pushOperationKey"]
    answer = await door.http.head(f"{COMPANY}/push/{key}")

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "push/suppliers/"),
        ("PUT", "push/suppliers/"),
        ("PUT", "push/suppliers/7/"),
        ("GET", "options/suppliers/"),
    ],
)
async def test_a_slash_at_the_end_is_told_as_that(door, method, path):
    there = f"{COMPANY}/connections/{seeds.PROMPT}/{path}"
    answer = await door.http.request(method, there, json=a_supplier())

    assert 404 == answer.status_code
    assert "slash at its end" in answer.json()["error"]
    assert "location" not in answer.headers


async def test_a_record_id_may_end_in_a_slash(door):
    answer = await door.http.put(f"{door.path()}/7%2F", json=a_supplier())

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("PUT", "push/journalEntries/7", ("no update of journalEntries", *UPDATED_TYPES)),
        ("PUT", "push/accounts/7", ("no update of accounts", "suppliers")),
        ("PUT", "push/unicorns/7", ("'unicorns' is no data type", "suppliers")),
        ("POST", "push/unicorns", ("'unicorns' is no data type", "bankTransactions")),
        ("DELETE", "push/suppliers/7", ("no deletion of suppliers", "DELETE deletes", "bills")),
        ("DELETE", "push/bills", ("no deletion without a record id", "DELETE deletes")),
        ("POST", "push/suppliers/7/attachments", ("no attachment of suppliers", "transfers")),
        ("DELETE", "push/invoices/7/attachments/1", ("no removal of attachments of invoices",)),
        ("PATCH", "push/bills/7", ("no PATCH", "POST", "PUT")),
    ],
)
async def test_an_unknown_write_is_refused_with_the_known_ones(door, method, path, words):
    there = f"{COMPANY}/connections/{seeds.PROMPT}/{path}"
    answer = await door.http.request(method, there, json={})

    assert answer.status_code in {404, 405}
    for word in words:
        assert word in answer.json()["error"]
