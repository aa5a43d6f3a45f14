"""A TCP relay that can stall, or hang up as a server that was killed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Where it listens; it carries bytes while `flows` is set."""

    address: str = ""
    flows: asyncio.Event = field(default_factory=asyncio.Event)
    is_down: bool = False
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang_up(self) -> None:
        """Break what is open, and whatever comes until `is_down` is False again."""
        self.is_down = True
        for writer in self.open:
            writer.close()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes one way."""
        self.open.add(writer)
        try:
            while data := await reader.read(65536):
                await self.flows.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass  # one side hung up: so does the other
        finally:
            self.open.discard(writer)
            writer.close()


@asynccontextmanager
async def relay_to(target: str) -> AsyncGenerator[Relay]:
    """Carry connections to `host:port` for the length of a block."""
    relay = Relay()
    relay.flows.set()
    host, _, port = target.rpartition(":")
    tasks: list[asyncio.Task[None]] = []

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if relay.is_down:
            writer.close()
            return
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        for one, other in ((reader, there_writer), (there_reader, writer)):
            tasks.append(asyncio.create_task(relay.carry(one, other)))

    listener = await asyncio.start_server(join, "127.0.0.1", 0)
    relay.address = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
