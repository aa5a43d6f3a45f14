"""The emulator behind a port."""

import socket

import uvicorn

from emulator.app import App
from emulator.wire import WiredProtocol
from emulator.world import World


class Server(uvicorn.Server):
    """uvicorn with the emulator's wires; prints its address once it listens."""

    def __init__(self, world: World, host: str, port: int) -> None:
        config = uvicorn.Config(
            App(world),
            http=WiredProtocol,
            loop="uvloop",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self.socket = _listen(host, port)
        self._host = host

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say where."""
        await super().startup(sockets)
        print(f"emulator ready at http://{self._host}:{self.port}", flush=True)  # noqa: T201

    @property
    def port(self) -> int:
        """The port, also when the system has chosen it."""
        return int(self.socket.getsockname()[1])


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening
