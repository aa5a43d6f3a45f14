"""The processes of a simulated world: each task belongs to one, which may die, freeze and wake.

A process is found by the context that its tasks inherit. What a dead process still has to do is
dropped, without any `finally`; what a frozen one has to do is kept until it wakes.
"""

import asyncio
from collections import deque
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ProcessState(StrEnum):
    """How a process is."""

    RUNNING = "running"
    FROZEN = "frozen"
    DEAD = "dead"


@dataclass(eq=False)
class SimulatedProcess:
    """One process; `clock_shift` is how many seconds its wall clock is wrong."""

    name: str
    clock_shift: float = 0.0
    condition: ProcessState = ProcessState.RUNNING
    parked: list[asyncio.Handle] = field(default_factory=list[asyncio.Handle])

    def context(self) -> Context:
        """Give a context whose tasks belong to this process."""
        context = copy_context()
        context.run(CURRENT.set, self)
        return context

    def spawn(self, coroutine: Any, name: str = "") -> asyncio.Task[Any]:
        """Start a task of this process."""
        loop = asyncio.get_running_loop()
        return loop.create_task(coroutine, name=name or self.name, context=self.context())

    def kill(self) -> None:
        """End it as SIGKILL does."""
        self.condition = ProcessState.DEAD
        self.parked.clear()

    def freeze(self) -> None:
        """Stop it as SIGSTOP does."""
        if self.condition is ProcessState.RUNNING:
            self.condition = ProcessState.FROZEN

    def wake(self, ready: deque[asyncio.Handle]) -> None:
        """Let a frozen process go on with what it missed, in the order in which it fell due.

        `ready` are the next steps of the loop.
        """
        if self.condition is not ProcessState.FROZEN:
            return
        self.condition = ProcessState.RUNNING
        ready.extend(self.parked)
        self.parked.clear()


CURRENT: ContextVar[SimulatedProcess | None] = ContextVar("process", default=None)
