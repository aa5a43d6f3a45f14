"""What a relay does to connections that it is struck under, and to later ones."""

import asyncio
from contextlib import suppress

import pytest
import pytest_asyncio

from bench.relay import FAULTS, relay_to


class Echo:
    """A server that sends back each line, and keeps what it was sent."""

    def __init__(self):
        self.address = ""
        self.received = []
        self.tasks = set()

    async def serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.received.append(line)
                writer.write(line)
        await close(writer)


async def close(writer):
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest_asyncio.fixture(name="echo")
async def _echo():
    echo = Echo()
    async with await asyncio.start_server(echo.serve, "127.0.0.1", 0) as server:
        echo.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield echo
    await asyncio.gather(*echo.tasks)


@pytest_asyncio.fixture(name="relay")
async def _relay(echo):
    async with relay_to(echo.address) as relay:
        yield relay


@pytest_asyncio.fixture(name="connected")
async def _connected(relay):
    """Connects through the relay."""
    opened = []

    async def connected():
        opened.append(await asyncio.open_connection("127.0.0.1", relay.port))
        return opened[-1]

    yield connected
    for _, writer in opened:
        await close(writer)


async def answered(connection, line):
    reader, writer = connection
    writer.write(line)
    return await reader.readline()


async def is_silent(connection, line):
    try:
        async with asyncio.timeout(0.2):
            await answered(connection, line)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_each_fault_a_new_connection_works(relay, connected, fault):
    async with relay.struck(fault):
        pass

    assert b"new\n" == await answered(await connected(), b"new\n")


@pytest.mark.parametrize(("fault", "received"), [("half-open", []), ("one-way", [b"1\n", b"2\n"])])
async def test_a_cut_connection_stays_silent_for_good(relay, echo, connected, fault, received):
    before = await connected()
    await answered(before, b"0\n")
    async with relay.struck(fault):
        is_cut = [await is_silent(before, b"1\n")]
    is_cut.append(await is_silent(before, b"2\n"))

    assert [True, True] == is_cut
    assert [b"0\n", *received] == echo.received


async def test_what_was_sent_while_it_stalled_arrives_later(relay, connected):
    before = await connected()
    async with relay.struck("stalled"):
        silent = await is_silent(before, b"1\n")

    assert silent
    assert b"1\n" == await before[0].readline()


async def test_a_reset_breaks_what_is_open_and_takes_nothing(relay, connected):
    before = await connected()
    await answered(before, b"0\n")
    async with relay.struck("reset"):
        with pytest.raises(ConnectionResetError):
            await before[0].readline()
        with pytest.raises(ConnectionRefusedError):
            await connected()


async def test_an_unknown_fault_is_named_beside_the_known(relay):
    with pytest.raises(ValueError, match="no fault slw; there are half-open, stalled"):
        async with relay.struck("slw"):
            pass
