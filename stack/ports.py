"""Ports on this machine: the usual ones, or free ones from the system."""

import socket
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from typing import Self

from stack.process import ProcessFailed

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where the stack listens."""

    temporal: int = 7233
    ui: int = 8233
    emulator: int = 8321
    gateway: int = 8080

    @classmethod
    def free(cls) -> Self:
        """Take ports that nobody uses now."""
        with ExitStack() as held:
            sockets = [held.enter_context(socket.socket()) for _ in fields(cls)]
            for listener in sockets:
                listener.bind((HOST, 0))
            return cls(*(int(bound.getsockname()[1]) for bound in sockets))

    def check(self) -> None:
        """Raise Trouble that names the first port which is taken."""
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
