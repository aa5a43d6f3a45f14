"""The machine of a simulated process: its clocks and dice, for the product and the emulator."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import codat.clock
import emulator.machine
from simulation.choices import Choices
from simulation.processes import CURRENT
from simulation.server.clock import EPOCH


class SimulatedMachine:
    """Gives virtual time, moved by what the asking process's clock is wrong, and seeded chance."""

    def __init__(self, loop: asyncio.AbstractEventLoop, choices: Choices) -> None:
        self._loop = loop
        self._choices = choices

    def utc_now(self) -> datetime:
        """Read the process's wall clock."""
        process = CURRENT.get()
        shift = process.clock_shift if process else 0.0
        return EPOCH + timedelta(microseconds=round((self._loop.time() + shift) * 1e6))

    def seconds(self) -> float:
        """Read the seconds that have passed, on a machine that was up before."""
        return self._loop.time() + 1000.0

    def monotonic(self) -> float:
        """Read the seconds that have passed."""
        return self._loop.time() + 1000.0

    def new_uuid(self) -> UUID:
        """Draw an id."""
        return self._choices.uuid("uuid")

    def between(self, least: float, most: float) -> float:
        """Draw a number."""
        return self._choices.number("between", least, most)

    def time_ns(self) -> int:
        """Read the true time, as the emulator does."""
        return int(EPOCH.timestamp()) * 10**9 + round(self._loop.time() * 1e9)

    def monotonic_ns(self) -> int:
        """Read the nanoseconds that have passed."""
        return round(self._loop.time() * 1e9)

    def new_token(self) -> str:
        """Draw 32 hexadecimal digits."""
        return self._choices.uuid("token").hex

    def install(self) -> None:
        """Have the product and the emulator ask this machine."""
        codat.clock.use_machine(self)
        emulator.machine.use_machine(self)


def uninstall() -> None:
    """Have both ask the real machine again."""
    codat.clock.use_machine(codat.clock.REAL_MACHINE)
    emulator.machine.use_machine(emulator.machine.REAL_MACHINE)
