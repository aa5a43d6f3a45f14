"""Connections that send nothing, or never to the end: they hold up nobody and are closed."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from gateway.connections import bounded_protocol
from tests.support.asgi_server import served

SOON = 0.2
"""Seconds for a head; the tests wait for the connection's end, however long that takes."""

ENOUGH = 60.0


async def app(scope, receive, send):
    """Read a body whole if its path asks for that, and answer."""
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
    await send({"type": "http.response.body", "body": b"served"})


@asynccontextmanager
async def connection(address):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    try:
        yield reader, writer
    finally:
        writer.close()


async def rest(reader):
    """All that still comes before the server closes."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /"],
    ids=["nothing", "half a head", "half a second head"],
)
async def test_a_head_that_does_not_come_ends_the_connection(sent):
    async with (
        served(app, http=bounded_protocol(10, SOON)) as address,
        connection(address) as (reader, writer),
    ):
        writer.write(sent)
        said = await rest(reader)

    assert (b"served" in said) == (b"\r\n\r\n" in sent)


async def test_a_body_that_nobody_reads_ends_the_connection():
    async with (
        served(app, http=bounded_protocol(10, SOON)) as address,
        connection(address) as (reader, writer),
    ):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n1")

        assert b"served" in await rest(reader)


async def test_a_head_that_comes_in_pieces_is_served():
    async with (
        served(app, http=bounded_protocol(10, ENOUGH)) as address,
        connection(address) as (reader, writer),
    ):
        for part in (b"GET /one HTTP/1.1\r\n", b"Host: a\r\n", b"\r\n"):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)

        assert b"served" in await reader.readuntil(b"served")


async def test_idle_connections_make_room_and_served_ones_do_not():
    async with (
        served(app, http=bounded_protocol(10, ENOUGH)) as address,
        AsyncExitStack() as stack,
        httpx.AsyncClient(base_url=address, trust_env=False) as http,
    ):
        reader, writer = await stack.enter_async_context(connection(address))
        writer.write(b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
        silent = [await stack.enter_async_context(connection(address)) for _ in range(30)]
        answer = await http.get("/")
        writer.write(b"2")

        assert 200 == answer.status_code
        assert b"served" in await reader.readuntil(b"served")
        assert b"" == await rest(silent[0][0])
