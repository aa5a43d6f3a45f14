"""The bytes below HTTP: how an exchange is broken off in the middle."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "emulator.wire"
"""Where a wire is found among the extensions of an ASGI scope."""


class ClientConnection(Protocol):
    """What carries one exchange."""

    def refuse(self, seconds: float) -> None:
        """Behave as if nobody listened, for so many real seconds."""
        ...

    def cut(self) -> None:
        """Break off, whatever has been sent."""
        ...

    def stall(self, seconds: float | None) -> None:
        """Hear that no answer will come for so many seconds, or ever."""
        ...


class SocketWire:
    """The TCP connection under an exchange."""

    def __init__(self, transport: asyncio.Transport, shut: Callable[[float], None]) -> None:
        self._transport = transport
        self._shut = shut

    def refuse(self, seconds: float) -> None:
        """Break off, for this connection exists already, and refuse those that follow."""
        self.cut()
        self._shut(seconds)

    def cut(self) -> None:
        """Close the connection at once, without an answer or in the middle of it."""
        self._transport.abort()

    def stall(self, seconds: float | None) -> None:
        """Do nothing: the client will notice by itself."""


class WiredProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which lets the application reach the connection."""

    controls = False
    """Whether the last request on this connection was one to the emulator's controls."""

    shut: Callable[[float], None]
    """Closes the port for some seconds; the server sets it."""

    def on_message_begin(self) -> None:
        """Put the wire into the scope of the request."""
        super().on_message_begin()
        scope = cast(dict[str, Any], self.scope)
        scope["extensions"] = {EXTENSION: SocketWire(self.transport, self.shut)}

    def on_headers_complete(self) -> None:
        """Notice where the request goes before it is served."""
        self.controls = self.url.startswith(b"/_emulator")
        super().on_headers_complete()
