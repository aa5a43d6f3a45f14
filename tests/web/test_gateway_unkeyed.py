"""Requests without an Idempotency-Key, repeated because their answer did not arrive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from bench.relay import Relay, relay_to
from dispatch.payloads.converter import CONVERTER
from emulator import seeds
from emulator.examples import record
from gateway.api import pushes
from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.front_door import API_KEYS, KEY, FrontDoor, basic, digest, front_door

GIVES_UP = 0.5
ANSWERS = 0.4
"""Seconds, a tenth of the real ones.

Measured of codat-sync-for-expenses 9.0.0: a call gives up after 5 s and is sent again, a POST, too;
so is one that is answered 408, 429 or 5xx. It waits as Retry-After says, else 0.25 to 60 s, for an
hour. No request has an Idempotency-Key.
"""


REAL_ANSWERS = pushes.ANSWER_WITHIN


def a_supplier() -> dict[str, Any]:
    return record("suppliers", number=uuid4().hex[:7])


def written(door: FrontDoor, sent: dict[str, Any]) -> int:
    """How often a supplier is in the books."""
    return sum(sent["supplierName"] in str(one) for one in door.cluster.records)


@dataclass
class Stalling:
    """A front door on a port, and the relay between it and Temporal."""

    door: FrontDoor
    temporal: Relay
    http: httpx.AsyncClient

    async def send_until_answered(self, path: str, body: Any, *, stalls_for: int) -> httpx.Response:
        """Send as Codat's client does; Temporal stalls for so many attempts."""
        self.temporal.flows.clear()
        attempt = 0
        while True:
            if attempt == stalls_for:
                self.temporal.flows.set()
            attempt += 1
            try:
                answer = await self.http.post(path, json=body, timeout=GIVES_UP)
            except httpx.TimeoutException:
                continue
            if answer.status_code not in {408, 429} and answer.status_code < 500:
                return answer


@asynccontextmanager
async def stalling(devserver, **settings: Any) -> AsyncIterator[Stalling]:
    target = devserver.client.service_client.config.target_host
    async with relay_to(target) as relay:
        client = await Client.connect(relay.address, data_converter=CONVERTER)
        async with (
            front_door(devserver, client=client, **settings) as door,
            served(build_app(door.parts)) as url,
            httpx.AsyncClient(base_url=url, headers=basic(KEY), trust_env=False) as http,
        ):
            yield Stalling(door, relay, http)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="here")
async def _here(devserver):
    async with stalling(devserver) as here:
        yield here


@pytest_asyncio.fixture(autouse=True)
async def _quick(monkeypatch):
    monkeypatch.setattr("gateway.api.pushes.ANSWER_WITHIN", ANSWERS)


async def test_repeats_while_temporal_stalls_write_one_record(here):
    sent = a_supplier()
    answer = await here.send_until_answered(here.door.path(), sent, stalls_for=4)
    await here.door.ended(answer.json()["pushOperationKey"])

    assert 1 == written(here.door, sent)
    assert "true" == answer.headers["idempotency-key-reused"]


async def test_a_client_that_hangs_up_early_repeats_the_same_push(here, monkeypatch):
    start, repeated, calls = pushes.start_push, asyncio.Event(), []

    async def answered_after_the_repeat(*arguments, **more):
        calls.append(arguments)
        push = await start(*arguments, **more)
        if len(calls) == 1:
            await repeated.wait()
        repeated.set()
        return push

    monkeypatch.setattr(pushes, "start_push", answered_after_the_repeat)
    sent = a_supplier()
    with pytest.raises(httpx.ReadTimeout):
        await here.http.post(here.door.path(), json=sent, timeout=ANSWERS / 4)
    answer = await here.http.post(here.door.path(), json=sent)
    await here.door.ended(answer.json()["pushOperationKey"])

    assert 1 == written(here.door, sent)
    assert "true" == answer.headers["idempotency-key-reused"]


def nowhere(*_arguments, **_more):
    raise RPCError("nobody is there", RPCStatusCode.UNAVAILABLE, b"")


async def put_off(door, monkeypatch, sent, **more) -> str:
    """Send a request while Temporal does not answer; gives the key that was made for it."""
    with monkeypatch.context() as patch:
        patch.setattr(type(door.parts.temporal), "start_workflow", nowhere)
        answer = await door.http.post(door.path(), json=sent, **more)
    assert 503 == answer.status_code
    return answer.headers["idempotency-key"]


async def test_a_repeat_says_so_and_uses_the_key_up(door, monkeypatch):
    sent = a_supplier()
    key = await put_off(door, monkeypatch, sent)
    repeat, other = [await door.http.post(door.path(), json=sent) for _ in range(2)]
    (warning,) = repeat.json()["validation"]["warnings"]

    assert (key, "true") == (
        repeat.headers["idempotency-key"],
        repeat.headers["idempotency-key-reused"],
    )
    assert "has no Idempotency-Key and equals one of yours" in warning["message"]
    assert repeat.json()["pushOperationKey"] != other.json()["pushOperationKey"]
    assert "idempotency-key-reused" not in other.headers
    assert [] == other.json()["validation"]["warnings"]


@pytest.mark.parametrize(
    "changed",
    [
        {"headers": {"Idempotency-Key": "given"}},
        {"headers": basic("another key of all companies")},
        {"params": {"timeoutInMinutes": 7}},
        {"url": f"{seeds.SLOW}/push/suppliers"},
        {"json": {"supplierName": "another", "status": "Active"}},
    ],
)
async def test_what_differs_is_no_repeat(devserver, monkeypatch, changed):
    keys = f"{API_KEYS} second:{digest('another key of all companies')}:*"
    async with front_door(devserver, api_keys=keys) as door:
        sent = {"supplierName": "one", "status": "Active"}
        key = await put_off(door, monkeypatch, sent)
        url = f"/companies/{seeds.COMPANY}/connections/{changed.pop('url', seeds.PROMPT)}"
        same = {"url": url if "push" in url else door.path(), "json": sent}
        answer = await door.http.post(**(same | changed))

    assert 200 == answer.status_code
    assert key != answer.headers["idempotency-key"]


async def test_a_front_door_that_is_told_so_takes_nothing_as_a_repeat(devserver, monkeypatch):
    async with front_door(devserver, recognize_repeats=False) as door:
        sent = a_supplier()
        key = await put_off(door, monkeypatch, sent)
        answer = await door.http.post(door.path(), json=sent)

    assert key != answer.headers["idempotency-key"]


async def test_a_start_is_answered_before_these_clients_give_up(here):
    key = {"Idempotency-Key": uuid4().hex}
    here.temporal.flows.clear()
    answer = await here.http.post(here.door.path(), json=a_supplier(), headers=key)
    here.temporal.flows.set()

    assert (503, *key.values()) == (answer.status_code, answer.headers["idempotency-key"])
    assert "may or may not have been started" in answer.json()["error"]
    assert REAL_ANSWERS < 5
