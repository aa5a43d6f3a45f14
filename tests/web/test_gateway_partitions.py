"""The front door while its connection to Temporal is half-open, and after."""

from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import KeepAliveConfig, RetryConfig

import dispatch.connection
import surepush_client.pushes
from bench.relay import relay_to
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import Push
from emulator.examples import record
from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import KEY, basic, front_door

QUICK = KeepAliveConfig(interval_millis=1000, timeout_millis=500)
ONCE = RetryConfig(max_elapsed_time_millis=1)
"""As after a wait of some time: then the SDK does not try again."""

SERVER_ALLOWS = 10_000
"""Milliseconds between pings; the server hangs up on a client that sends them more often."""


@pytest_asyncio.fixture(name="relay")
async def _relay(devserver):
    async with relay_to(devserver.client.service_client.config.target_host) as relay:
        yield relay


@pytest_asyncio.fixture(name="client")
async def _client(relay):
    return await Client.connect(
        relay.address, data_converter=CONVERTER, keep_alive_config=QUICK, retry_config=ONCE
    )


@pytest_asyncio.fixture(name="door")
async def _door(devserver, client):
    async with front_door(devserver, client=client) as door:
        yield door


async def test_a_start_over_a_dead_connection_may_be_repeated(door, relay, monkeypatch):
    monkeypatch.setattr("gateway.api.pushes.ANSWER_WITHIN", 0.3)
    key, sent = {"Idempotency-Key": uuid4().hex}, record("suppliers", uuid4().hex[:8])
    async with (
        served(build_app(door.parts)) as url,
        httpx.AsyncClient(base_url=url, headers=basic(KEY) | key, trust_env=False) as http,
    ):
        async with relay.struck("half-open"):
            first = await http.post(door.path(), json=sent)
        monkeypatch.undo()

        answers = [first]

        async def is_started():
            answers.append(await http.post(door.path(), json=sent))
            return answers[-1].is_success

        await eventually(is_started)
        await door.ended(answers[-1].json()["pushOperationKey"])

    assert (503, "5") == (first.status_code, first.headers["retry-after"])
    assert "may or may not have been started" in first.json()["error"]
    assert 1 == sum(sent["supplierName"] in str(one) for one in door.cluster.records)


async def test_a_wait_outlives_the_connection_that_it_began_on(door, client, relay):
    started = await door.http.post(door.path(), json=record("suppliers", uuid4().hex[:8]))
    push = Push(client, UUID(started.json()["pushOperationKey"]))
    async with relay.struck("half-open"):
        pass
    outcome = await push.outcome()

    assert "Success" == outcome.status


async def test_every_process_notices_a_dead_connection_in_20_s(devserver, monkeypatch):
    target = devserver.client.service_client.config.target_host
    monkeypatch.setenv("TEMPORAL_ADDRESS", target)
    connected = [await dispatch.connection.connect(), await surepush_client.pushes.connect()]
    (ping,) = {one.service_client.config.keep_alive_config for one in connected}

    assert ping
    assert SERVER_ALLOWS < ping.interval_millis
    assert ping.interval_millis + ping.timeout_millis <= 20_000
