"""What the emulator asks its machine for: time and chance; a simulation can take its place."""

import secrets
import time
import uuid
from typing import Protocol


class EmulatorMachine(Protocol):
    """A machine's clocks and dice."""

    def time_ns(self) -> int:
        """Give the nanoseconds since 1970."""
        ...

    def monotonic_ns(self) -> int:
        """Give the nanoseconds that have passed."""
        ...

    def new_uuid(self) -> uuid.UUID:
        """Draw an id that nobody else has."""
        ...

    def new_token(self) -> str:
        """Draw 32 hexadecimal digits."""
        ...


class _EmulatorRealMachine:
    def time_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def new_uuid(self) -> uuid.UUID:
        return uuid.uuid4()

    def new_token(self) -> str:
        return secrets.token_hex(16)


REAL_MACHINE: EmulatorMachine = _EmulatorRealMachine()
_machine = REAL_MACHINE


def use_machine(machine: EmulatorMachine) -> None:
    """Ask this machine from now on."""
    global _machine  # noqa: PLW0603  # a process has one machine
    _machine = machine


def time_ns() -> int:
    """Give the nanoseconds since 1970."""
    return _machine.time_ns()


def monotonic_ns() -> int:
    """Give the nanoseconds that have passed."""
    return _machine.monotonic_ns()


def new_uuid() -> uuid.UUID:
    """Draw an id that nobody else has."""
    return _machine.new_uuid()


def new_token() -> str:
    """Draw 32 hexadecimal digits."""
    return _machine.new_token()
