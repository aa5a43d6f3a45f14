"""Connections to the front door: how many there may be, and how long they wait for a request."""

import asyncio
from operator import attrgetter
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HEAD_WITHIN = 10.0
"""Seconds for the line and the headers of a request, and for the rest of a refused body."""


def bounded_protocol(most: int, head_within: float = HEAD_WITHIN) -> type[H11Protocol]:
    """Give a protocol for uvicorn that lets so many connections be open at once."""
    return type("Bounded", (BoundedProtocol,), {"most": most, "head_within": head_within})


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 whose heads have a deadline, and whose idle connections make room for new ones.

    A connection that is being served is never closed for another.
    """

    most: int
    head_within: float

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._late: asyncio.TimerHandle | None = None
        self.used = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a connection, in the place of one that waits if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            others = cast("set[BoundedProtocol]", self.connections)
            waiting = [connection for connection in others if not connection.is_served]
            min(waiting, key=attrgetter("used")).transport.abort()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._stop_watching()

    def data_received(self, data: bytes) -> None:
        """Take what was sent."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self.used = self.loop.time()
        self._watch()

    @property
    def is_served(self) -> bool:
        """Whether a request is under way."""
        return self._has_begun and not self.cycle.response_complete

    @property
    def _has_begun(self) -> bool:
        return cast("object", self.cycle) is not None  # against its declaration

    def _watch(self) -> None:
        """Give what is awaited a deadline: the rest of a head, or of a body that nobody reads."""
        is_between = self._has_begun and self.conn.their_state is h11.IDLE
        is_idle = is_between and not self.conn.trailing_data[0]
        if self.is_served or is_idle:  # idle connections are uvicorn's to close
            self._stop_watching()
        elif self._late is None:
            self._late = self.loop.call_later(self.head_within, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None
