"""The emulator as a process of the simulated world, and the network to it."""

import asyncio
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any

import httpx
from temporalio import activity

from emulator import Emulator
from emulator.clock import TICKS_PER_SECOND
from emulator.transport import InProcess
from emulator.wire import EXTENSION
from simulation.choices import Choices
from simulation.processes import CURRENT, ProcessState, SimulatedProcess

Scope = MutableMapping[str, Any]

AT_ONCE = 10
"""Requests for one company that Codat allows at the same time."""

WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("drop-before-commit", {}),
    ("commit-then-drop", {}),
    ("commit-then-drop", {}),
    ("commit-then-5xx", {}),
    ("hang", {"committed": True}),
    ("hang", {"committed": False, "seconds": 40}),
    ("cut-body", {}),
    ("wrong-json", {}),
    ("refuse", {}),
    ("throttle", {"retry_after": 2}),
    ("conflict", {}),
    ("unauthorized", {}),
    ("error-before-commit", {}),
    ("proxy-page", {"committed": True}),
    ("proxy-page", {"committed": False}),
    ("processed-late", {"seconds": 45}),
    ("listed-late", {"seconds": 60}),
    ("failed-without-proof", {"code": 500, "lands": True}),
    ("answer-about-another", {"what": "company"}),
)
"""What becomes of a POST that meets a fault."""

UNPROVEN_WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    *WAYS,
    ("failed-without-proof", {"code": 504, "lands": 3}),
    ("failed-without-proof", {"code": 500, "lands": None}),
    ("failed-without-proof", {"code": 500, "names_record": True}),
    ("late-success", {"after": 1, "later": 5}),
)
"""What more becomes of it where the records may be read."""

READ_WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("drop-before-commit", {}),
    ("hang", {"committed": False, "seconds": 40}),
    ("error-before-commit", {}),
    ("throttle", {"retry_after": 2}),
    ("not-found", {}),
    ("wrong-json", {}),
)


class PlatformSide:
    """The emulator; `faulty` and `reads_faulty` are probabilities, `slow` that of a slow way."""

    def __init__(
        self, choices: Choices, now: Callable[[], datetime], tell: Callable[[str], None]
    ) -> None:
        self.process = SimulatedProcess("platform")
        self.emulator = Emulator(clock=now)
        self.faulty = 0.0
        self.reads_faulty = 0.0
        self.slow = 0.0
        self.ways = WAYS
        self._choices = choices
        self._tell = tell
        self._lines: dict[SimulatedProcess, dict[Any, str]] = {}
        self.crowds: dict[str, int] = {}
        """The most requests of living processes that were under way at once, by company."""
        self.transport: httpx.AsyncBaseTransport = InProcess(self._app)

    def start(self) -> None:
        """Begin what goes on between requests."""
        self.process.spawn(self._background())

    def connection_lost(self, process: SimulatedProcess) -> None:
        """Notice that a client is dead."""
        for line in list(self._lines.get(process, ())):
            line.left.set()

    async def _background(self) -> None:
        app = self.emulator.app
        world = app.background._world  # noqa: SLF001
        while True:
            world.stirred.clear()
            await self.emulator.catch_up()
            due = app.background._courier.next_due()  # noqa: SLF001
            nap = None if due is None else (due - world.clock.now()) / TICKS_PER_SECOND
            try:
                async with asyncio.timeout(None if nap is None else max(nap, 0.001)):
                    await world.stirred.wait()
            except TimeoutError:
                continue

    async def _app(self, scope: Scope, receive: Any, send: Any) -> None:
        """Let a request leave its process: from now on it arrives, whatever happens there."""
        client = CURRENT.get()
        line = scope["extensions"][EXTENSION]
        if activity.in_activity():
            _sign(scope, activity.info().workflow_id or "")
        served = self.process.spawn(self._serve(scope, receive, send))
        if client is None:
            await served
            return
        lines = self._lines.setdefault(client, {})
        lines[line] = _company(scope)
        self._count(lines[line])
        served.add_done_callback(lambda _: lines.pop(line))
        await served

    def _count(self, company: str) -> None:
        under_way = sum(
            owner == company and not line.left.is_set()
            for process, lines in self._lines.items()
            if process.condition is not ProcessState.DEAD
            for line, owner in lines.items()
        )
        self.crowds[company] = max(self.crowds.get(company, 0), under_way)

    async def _serve(self, scope: Scope, receive: Any, send: Any) -> None:
        method = scope["method"]
        name = f"{method} {scope['path'].rpartition('/push')[0][-8:]}"
        pause = self._choices.number("to platform", 0.005, 0.05)
        if self.slow and self._choices.happens(f"slow way of {name}", self.slow):
            pause = self._choices.number("slow to platform", 0.05, 12.0)
        await asyncio.sleep(pause)
        is_write = method != "GET" and "/push/" in scope["path"]
        chance = self.faulty if is_write else self.reads_faulty
        if chance and self._choices.happens(f"fault at {name}", chance):
            ways = self.ways if is_write else READ_WAYS
            fault, parameters = self._choices.pick("which fault", ways)
            if is_write and self._choices.happens("Codat itself refuses it", 0.08):
                fault, parameters = "error-before-commit", {"status": 400}
            self.emulator.forget_faults()
            self.emulator.fault(fault, times=1, **parameters)
            self._tell(f"platform: {method} {scope['path'][-45:]} meets {fault} {parameters or ''}")
        elif is_write:
            self._tell(f"platform: {method} {scope['path'][-45:]} arrives")
        await self.emulator.app(scope, receive, send)


def _company(scope: Scope) -> str:
    return scope["path"].removeprefix("/companies/").partition("/")[0]


def _sign(scope: Scope, workflow_id: str) -> None:
    """Write into the journal whose request it is, where the emulator keeps the user agent."""
    others = [header for header in scope["headers"] if header[0] != b"user-agent"]
    scope["headers"] = [*others, (b"user-agent", workflow_id.encode())]
