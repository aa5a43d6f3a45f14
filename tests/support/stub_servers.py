"""Servers that a worker may be sent to in the emulator's stead."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

HOST = "127.0.0.1"


@contextmanager
def silence() -> Generator[str]:
    """An address that takes connections and never reads from them."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        yield f"http://{HOST}:{listening.getsockname()[1]}"


@asynccontextmanager
async def one_answer(port: int) -> AsyncGenerator[str]:
    """An address that passes one request on to a port; from then on nobody listens there."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.close()
        inner_reader, inner_writer = await asyncio.open_connection(HOST, port)
        inner_writer.write(await reader.readuntil(b"\r\n\r\n"))
        head = await inner_reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        writer.write(head + await inner_reader.readexactly(length))
        for one in (writer, inner_writer):
            one.close()
            await one.wait_closed()

    server = await asyncio.start_server(carry, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
