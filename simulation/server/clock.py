"""The server's time: virtual seconds since a fixed moment."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from simulation.loop import VirtualLoop
from simulation.processes import CURRENT

EPOCH = datetime(2027, 3, 1, 8, tzinfo=UTC)
_EPOCH_NS = int(EPOCH.timestamp()) * 10**9


class ServerClock:
    """Tells the time and plans what the server does later, whoever asks for it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._context: Context = copy_context()
        self._context.run(CURRENT.set, None)

    def now_ns(self) -> int:
        """Give the nanoseconds since 1970."""
        return _EPOCH_NS + round(self._loop.time() * 1e6) * 1000

    def now(self) -> datetime:
        """Give the time, UTC."""
        return EPOCH + timedelta(microseconds=round(self._loop.time() * 1e6))

    def stamp(self) -> Timestamp:
        """Give the time as protobuf has it."""
        return stamp_of(self.now_ns())

    def later(
        self, seconds: float, callback: Callable[..., None], *args: Any
    ) -> asyncio.TimerHandle:
        """Plan something that the server does itself."""
        due = self._loop.time() + max(seconds, 0)
        return self._loop.call_at(due, callback, *args, context=self._context)

    def give_up(self, why: str) -> None:
        """End the whole run: something in it goes on without end."""
        self._loop.give_up(why)

    def soon(self, callback: Callable[..., None], *args: Any) -> None:
        """Have the server do something in the next step."""
        self._loop.call_soon(callback, *args, context=self._context)

    def future(self) -> asyncio.Future[None]:
        """Make something to wait for."""
        return self._loop.create_future()


def stamp_of(at_ns: int) -> Timestamp:
    """Write nanoseconds since 1970 as protobuf does."""
    stamp = Timestamp()
    stamp.FromNanoseconds(at_ns)
    return stamp


def seconds_of(duration: Duration) -> float:
    """Read a duration."""
    return duration.seconds + duration.nanos / 1e9
