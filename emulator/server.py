"""The emulator behind a port."""

import asyncio
import socket
from typing import cast

import uvicorn

from emulator.app import App
from emulator.commands import ControlCommands
from emulator.webhooks.delivery import WebhookDelivery
from emulator.wire import WiredProtocol
from emulator.world import World


class Server(uvicorn.Server):
    """uvicorn with the emulator's wires; prints its address once it listens."""

    def __init__(self, world: World, host: str, port: int) -> None:
        self._commands = ControlCommands(world, shut=self._shut)
        self._app = App(world, self._commands, WebhookDelivery(world))
        config = uvicorn.Config(
            self._app,
            http=type("Protocol", (WiredProtocol,), {"shut": staticmethod(self._shut)}),
            loop="uvloop",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._host = host
        self._socket = _bind(host, port)
        self._reopening: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port, also when the system has chosen it."""
        return int(self._socket.getsockname()[1])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say where."""
        await super().startup(sockets or [self._socket])
        self._app.background.start()
        print(f"emulator ready at http://{self._host}:{self.port}", flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and leave what is due for the next start."""
        await super().shutdown(sockets or [self._socket])
        await self._app.background.stop()

    def _shut(self, seconds: float) -> None:
        """Refuse connections for some real seconds; only lines to the controls stay open."""
        if self._reopening is not None and not self._reopening.done():
            return
        port = self.port
        for server in self.servers:
            server.close()
        protocols = cast(set[WiredProtocol], self.server_state.connections)
        for protocol in [connection for connection in protocols if not connection.controls]:
            protocol.transport.abort()
        self._socket.close()
        # Bound but not listening: nobody else gets the port, and connecting to it is refused.
        self._socket = _bind(self._host, port)
        self._reopening = asyncio.create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await super().startup([self._socket])


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound
