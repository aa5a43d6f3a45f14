import asyncio
import json
import socket
from datetime import timedelta
from uuid import UUID

import httpcore
import httpx
import pytest
from pydantic import HttpUrl, SecretStr

from codat.client import CodatClient
from codat.errors import CodatLost, CodatUnreachable
from codat.exchange import SendGate
from codat.models import PushTarget
from codat.settings import CodatSettings
from tests.support.sockets import serving

ID = UUID("8a210b68-6988-11ed-a1eb-0242ac120002")
TARGET = PushTarget(company_id=ID, connection_id=ID, data_type="bills")
BODY = json.dumps({"pushOperationKey": str(ID), "status": "Pending"}).encode()
HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
SHORT = timedelta(milliseconds=300)


class Objection(Exception):
    """What a test's fence raises."""


class Wrapped(httpx.AsyncBaseTransport):
    """A transport that hides a real one."""

    def __init__(self):
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request):
        return await self._inner.handle_async_request(request)

    async def aclose(self):
        await self._inner.aclose()


def a_client(port, *, transport=None, **settings):
    base_url = HttpUrl(f"http://127.0.0.1:{port}")
    return CodatClient(
        CodatSettings.model_validate(
            {"api_key": SecretStr("a-key"), "base_url": base_url, **settings}
        ),
        transport=transport,
    )


async def accept(conversation):
    while await conversation.request():
        await conversation.answer(HEAD + BODY)


async def reset(conversation):
    await conversation.request()
    conversation.reset()


async def hang_up(conversation):
    await conversation.request()


async def cut(conversation):
    await conversation.request()
    await conversation.answer(HEAD + BODY[:-5])


async def babble(conversation):
    await conversation.request()
    await conversation.answer(b"I am no web server\r\n\r\n")


async def hang(conversation):
    await conversation.request()
    await conversation.hang()


async def trickle(conversation):
    await conversation.request()
    await conversation.answer(HEAD)
    await conversation.hang()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_a_refused_connection_is_unreachable_and_asks_no_fence():
    asked = []
    async with a_client(free_port()) as client:
        with pytest.raises(CodatUnreachable, match="nothing was sent"):
            await client.push(TARGET, {}, before_send=lambda: asked.append(1))

    assert [] == asked


@pytest.mark.parametrize("behaviour", [reset, hang_up, cut, babble])
async def test_an_answer_that_breaks_off_is_lost(behaviour):
    async with serving(behaviour) as server, a_client(server.port) as client:
        with pytest.raises(CodatLost, match="was sent"):
            await client.push(TARGET, {})

    assert 1 == server.connections


@pytest.mark.parametrize("behaviour", [hang, trickle])
@pytest.mark.parametrize("patience", ["read_timeout", "total_timeout"])
async def test_silence_after_sending_is_lost(behaviour, patience):
    async with serving(behaviour) as server, a_client(server.port, **{patience: SHORT}) as client:
        with pytest.raises(CodatLost, match="time-out"):
            await asyncio.wait_for(client.push(TARGET, {}), timeout=4)

    assert server.received.startswith(b"POST ")


async def test_a_total_time_out_before_sending_is_unreachable(monkeypatch):
    async def never(*_, **__):
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    async with a_client(1, base_url="http://codat.test", total_timeout=SHORT) as client:
        with pytest.raises(CodatUnreachable, match="time-out"):
            await asyncio.wait_for(client.push(TARGET, {}), timeout=4)


@pytest.mark.parametrize(
    "objection",
    [Objection(), TimeoutError(), httpx.ReadError("no"), OSError(), asyncio.CancelledError()],
    ids=repr,
)
async def test_what_the_fence_raises_comes_out_and_nothing_is_sent(objection):
    def object_to_it():
        raise objection

    async with serving(accept) as server, a_client(server.port) as client:
        with pytest.raises(type(objection)) as raised:
            await client.push(TARGET, {}, before_send=object_to_it)

    assert objection is raised.value
    assert (1, b"") == (server.connections, bytes(server.received))


async def test_the_fence_is_asked_once_between_connect_and_first_byte():
    seen = []
    async with serving(accept) as server, a_client(server.port) as client:
        await client.push(TARGET, {}, before_send=lambda: seen.append(bytes(server.received)))

    assert [b""] == seen
    assert server.received.startswith(b"POST ")


async def test_the_fence_is_asked_on_a_connection_used_before():
    asked = []
    async with serving(accept) as server, a_client(server.port) as client:
        for number in range(3):
            await client.push(TARGET, {}, before_send=lambda n=number: asked.append(n))

    assert ([0, 1, 2], 1) == (asked, server.connections)


async def test_a_transport_around_a_tracing_one_asks_the_fence_once():
    asked = []
    async with serving(accept) as server, a_client(server.port, transport=Wrapped()) as client:
        await client.push(TARGET, {}, before_send=lambda: asked.append(1))

    assert [1] == asked


async def test_after_an_objection_the_next_push_goes_through():
    def object_to_it():
        raise Objection

    async with serving(accept) as server, a_client(server.port) as client:
        with pytest.raises(Objection):
            await client.push(TARGET, {}, before_send=object_to_it)
        operation = await client.push(TARGET, {})

    assert ID == operation.push_operation_key


async def test_a_cancelled_push_stays_cancelled():
    reached = asyncio.Event()

    async def reach(conversation):
        await conversation.request()
        reached.set()
        await conversation.hang()

    async with serving(reach) as server, a_client(server.port) as client:
        push = asyncio.create_task(client.push(TARGET, {}))
        await reached.wait()
        push.cancel()
        with pytest.raises(asyncio.CancelledError):
            await push


async def test_a_proxys_own_handshake_is_not_the_first_byte():
    moment = SendGate(None)
    connect = httpcore.Request("CONNECT", "http://codat.test")
    await moment.trace("http11.send_request_headers.started", {"request": connect})

    assert not moment.passed
