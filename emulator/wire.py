"""The bytes below HTTP: how an exchange is broken off in the middle."""

import asyncio
from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "emulator.wire"
"""Where a wire is found among the extensions of an ASGI scope."""


class Wire(Protocol):
    """What carries one exchange."""

    def refuse(self) -> None:
        """Behave as if nobody listened."""
        ...

    def cut(self) -> None:
        """Break off, whatever has been sent."""
        ...


class SocketWire:
    """The TCP connection under an exchange."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def refuse(self) -> None:
        """Break off; a connection that exists can no longer be refused."""
        self.cut()

    def cut(self) -> None:
        """Close the connection at once, without an answer or in the middle of it."""
        self._transport.abort()


class WiredProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which lets the application reach the connection."""

    def on_message_begin(self) -> None:
        """Put the wire into the scope of the request."""
        super().on_message_begin()
        scope = cast(dict[str, Any], self.scope)
        scope["extensions"] = {EXTENSION: SocketWire(self.transport)}
