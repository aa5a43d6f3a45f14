"""Ports on this machine: the usual ones, or free ones."""

import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from random import SystemRandom
from typing import Self

from stack.process import ProcessFailed

HOST = "127.0.0.1"


FREE = range(20_000, 32_000)
"""Below what Linux gives to outgoing connections and to whoever asks for any port (from 32,768).

One of those may be given away between the moment it is chosen and the moment its server listens,
or while that server is down.
"""


@dataclass(frozen=True)
class Ports:
    """Where the stack listens."""

    temporal: int = 7233
    ui: int = 8233
    emulator: int = 8321
    gateway: int = 8080

    @classmethod
    def free(cls) -> Self:
        """Take ports that nobody uses now, and that the system gives to nobody by itself."""
        while True:
            ports = cls(*SystemRandom().sample(FREE, len(fields(cls))))
            with suppress(ProcessFailed):
                ports.check()
                return ports

    def check(self) -> None:
        """Raise ProcessFailed that names the first port which is taken."""
        for name, port in asdict(self).items():
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind((HOST, port))
                except OSError:
                    raise ProcessFailed(
                        f"Port {port} is taken, and the stack needs it for {name}: stop what "
                        f"listens there, or give another with --{name}-port."
                    ) from None
