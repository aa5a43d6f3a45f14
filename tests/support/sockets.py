"""A server that misbehaves below HTTP."""

import asyncio
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET, socket
from typing import cast

Behaviour = Callable[["Conversation"], Awaitable[None]]


@dataclass
class Server:
    """Where it listens, and what it was sent."""

    port: int = 0
    connections: int = 0
    received: bytearray = field(default_factory=bytearray)


@dataclass
class Conversation:
    """One connection, seen from the server."""

    server: Server
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> bytes:
        """Read one request whole, by its content length; b"" when the client hangs up."""
        head = await self._read_until_blank_line()
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        body = await self.reader.readexactly(length)
        self.server.received += head + body
        return head + body

    async def answer(self, text: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(text)
        await self.writer.drain()

    def reset(self) -> None:
        """Hang up with RST instead of FIN."""
        raw = cast("socket", self.writer.get_extra_info("socket"))
        raw.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def hang(self) -> None:
        """Say nothing until the client hangs up."""
        await self.reader.read()

    async def _read_until_blank_line(self) -> bytes:
        try:
            return await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as cut:
            self.server.received += cut.partial
            return b""


@asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncGenerator[Server]:
    """Listen on loopback, each connection behaving so; ends when all have hung up."""
    server = Server()
    conversations: list[asyncio.Task[None]] = []

    async def converse(conversation: Conversation) -> None:
        try:
            await behaviour(conversation)
        finally:
            conversation.writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        conversation = Conversation(server, reader, writer)
        conversations.append(asyncio.create_task(converse(conversation)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()
        async with asyncio.timeout(5):
            await asyncio.gather(*conversations)
