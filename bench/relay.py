"""A TCP relay between two processes, and how a network between them fails."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import SystemRandom

from stack.ports import FREE, HOST

FAULTS = ("half-open", "stalled", "slow", "one-way", "reset")
"""What a relay can be struck with.

half-open: connections stay open and nothing passes on them, ever; as a firewall that forgot them.
stalled: nothing passes while it lasts, then everything; as a network that repeats lost packets.
slow: each piece waits, and few bytes pass in a second.
one-way: requests pass, and no answer on these connections, ever.
reset: connections are reset, and none is accepted while it lasts.
"""

LATENCY = 0.2
"""Seconds that a piece waits while the network is slow."""

BYTES_A_SECOND = 32 * 1024
PIECE = 65536
_HARD = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends a reset."""


@dataclass(eq=False)
class _Connection:
    """One connection through a relay; a direction that is cut stays cut."""

    relay: "Relay"
    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    is_cut: dict[str, bool] = field(default_factory=lambda: {"request": False, "answer": False})

    async def carry(
        self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry bytes one way until either side hangs up."""
        try:
            while data := await reader.read(PIECE):
                await self.relay.flows.wait()
                if self.relay.is_slow:
                    await asyncio.sleep(LATENCY + len(data) / BYTES_A_SECOND)
                if not self.is_cut[way]:
                    writer.write(data)
                    await writer.drain()
        except (ConnectionError, OSError):
            pass  # one side hung up: so does the other
        if not any(self.is_cut.values()):
            self.close()

    def close(self, *, is_reset: bool = False) -> None:
        """Hang up on both sides."""
        self.relay.connections.discard(self)
        for writer in self.writers:
            if is_reset:
                with suppress(OSError):
                    place = writer.get_extra_info("socket")
                    place.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
                writer.transport.abort()
            else:
                writer.close()


@dataclass(eq=False)
class Relay:
    """Carries connections to `target` (host:port) while `flows` is set."""

    target: str
    port: int = 0
    flows: asyncio.Event = field(default_factory=asyncio.Event)
    is_slow: bool = False
    connections: set[_Connection] = field(default_factory=set[_Connection])
    opened: list[float] = field(default_factory=list[float])
    """When each connection was asked for (seconds since the epoch)."""
    _cut: frozenset[str] = frozenset()
    _listener: asyncio.Server | None = None
    _listening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def __post_init__(self) -> None:
        self.flows.set()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{HOST}:{self.port}"

    async def listen(self) -> None:
        """Accept connections, again at the same port."""
        async with self._listening:
            while self._listener is None:
                port = self.port or SystemRandom().choice(FREE)
                try:
                    self._listener = await asyncio.start_server(self._join, HOST, port)
                except OSError:
                    if self.port:
                        raise
                else:
                    self.port = port

    def hang_up(self) -> None:
        """Reset what is open, and accept nothing until it listens again."""
        if self._listener:
            self._listener.close()
            self._listener = None
        for connection in list(self.connections):
            connection.close(is_reset=True)

    @asynccontextmanager
    async def struck(self, fault: str) -> AsyncGenerator[None]:
        """Have one of FAULTS for the length of a block."""
        match fault:
            case "half-open" | "one-way":
                self._cut = frozenset({"answer"} if fault == "one-way" else {"request", "answer"})
                for connection in self.connections:
                    connection.is_cut.update(dict.fromkeys(self._cut, True))
            case "stalled":
                self.flows.clear()
            case "slow":
                self.is_slow = True
            case "reset":
                self.hang_up()
            case _:
                raise ValueError(f"There is no fault {fault}; there are {', '.join(FAULTS)}.")
        try:
            yield
        finally:
            self._cut, self.is_slow = frozenset(), False
            self.flows.set()
            await self.listen()

    async def close(self) -> None:
        """End it and all that goes through it."""
        self.hang_up()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # sockets are closed in the next step

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened.append(time.time())
        host, _, port = self.target.rpartition(":")
        try:
            there_reader, there_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(self, (writer, there_writer))
        connection.is_cut.update(dict.fromkeys(self._cut, True))
        self.connections.add(connection)
        ways = (("request", reader, there_writer), ("answer", there_reader, writer))
        for way, source, sink in ways:
            task = asyncio.create_task(connection.carry(way, source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def relay_to(target: str) -> AsyncGenerator[Relay]:
    """Carry connections to `host:port` for the length of a block."""
    relay = Relay(target)
    await relay.listen()
    try:
        yield relay
    finally:
        await relay.close()
