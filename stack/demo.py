"""`make demo`: four pushes, four endings, a worker killed on the way; then a plan."""

import asyncio
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from dispatch.pushes import start_push
from stack.control import EmulatorControl
from stack.demo_plan import run_plan
from stack.demo_pushes import OFFLINE, PARTS, REFUSED, SHAKY, UNANSWERED, Part
from stack.display import Board, Line, end_table
from stack.ports import HOST, Ports
from stack.process import Process, ProcessFailed
from stack.services import Stack, running

MAX_SECONDS = 130
"""Seconds in which everything has to be over."""

_SETTINGS = {"PUSH_FIND_FOR": "PT30S", "PUSH_POLL_FIRST": "PT4S", "PUSH_TASK_QUEUE": "push"}
"""The refused push then waits for its first look when the worker is killed, and a lost request is
looked for half a minute, not three."""

_LOOK_EVERY = 0.1
_MOMENT_WITHIN = 25


async def demo(console: Console) -> int:
    """Run the demo; 0 if all ended as they should and nothing was written twice."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="surepush-demo-") as folder:
        try:
            async with (
                asyncio.timeout(MAX_SECONDS),
                running(Path(folder), Ports.free(), _SETTINGS) as stack,
                EmulatorControl(stack.ports.emulator) as emulator,
            ):
                show = _Show(console, stack, emulator)
                lines = await show.run()
                is_done = await run_plan(console, stack.client, show.tell)
                sound = (await emulator.invariants())["sound"]
        except TimeoutError:
            raise ProcessFailed(f"The demo was not over after {MAX_SECONDS} seconds.") from None
    _conclude(console, lines, is_done=is_done, sound=sound, seconds=time.monotonic() - begun)
    return 0 if sound and is_done and all(line.is_as_it_should for line in lines) else 1


class _Show:
    """The demo while it runs."""

    def __init__(self, console: Console, stack: Stack, emulator: EmulatorControl) -> None:
        self._console = console
        self._stack = stack
        self._emulator = emulator
        self._begun = time.monotonic()

    async def run(self) -> list[Line]:
        """Start the pushes, kill the worker, start another, wait for the endings."""
        self.tell(f"Temporal UI of this run: http://{HOST}:{self._stack.ports.ui}")
        worker = await self._stack.start_worker()
        await worker.says("Worker ready")
        await self._emulator.fault("hang", method="POST", connection=UNANSWERED.connection, times=1)
        lines = [await self._start(part) for part in PARTS]
        with Live(Board(lines), console=self._console, refresh_per_second=4):
            async with asyncio.TaskGroup() as tasks:
                for line in lines:
                    tasks.create_task(line.follow())
                await self._replace(worker)
        end_table(self._console)
        return lines

    async def _start(self, part: Part) -> Line:
        return Line(part, await start_push(self._stack.client, part.request, task_queue="push"))

    async def _replace(self, worker: Process) -> None:
        await self._moment()
        await worker.kill()
        self.tell(
            f"Killed worker {worker.id} (SIGKILL): its POST of {UNANSWERED.data_type} had reached "
            f"the platform and was not answered; {OFFLINE.data_type} and {REFUSED.data_type} were "
            "waiting."
        )
        another = await self._stack.start_worker()
        await another.says("Worker ready")
        self.tell(
            f"Worker {another.id} takes over. The lost POST is sent again under the same "
            "idempotency key as soon as its minute is over."
        )

    async def _moment(self) -> None:
        """Wait until one POST is unanswered and the others have been answered."""
        end = time.monotonic() + _MOMENT_WITHIN
        while not await self._is_caught():
            if time.monotonic() > end:
                raise ProcessFailed("The moment to kill the worker did not come: see the table.")
            await asyncio.sleep(_LOOK_EVERY)

    async def _is_caught(self) -> bool:
        unanswered = await self._emulator.journal(UNANSWERED.connection, "POST")
        others = [
            entry
            for part in (OFFLINE, REFUSED, SHAKY)
            for entry in await self._emulator.journal(part.connection, "POST")
            if entry["answeredAt"]
        ]
        answered = [entry["answeredAt"] for entry in unanswered]
        return answered == [None] and len(others) >= len(PARTS) - 1

    def tell(self, words: str) -> None:
        """Print a line with the seconds since the beginning."""
        after = time.monotonic() - self._begun
        self._console.print(Text(f"{after:5.1f} s  {words}"), soft_wrap=True)


def _conclude(
    console: Console, lines: list[Line], *, is_done: bool, sound: bool, seconds: float
) -> None:
    for line in lines:
        if not line.is_as_it_should:
            console.print(f"{line.part.data_type} should have ended {line.part.ending}.")
    if not is_done:
        console.print("Every step of the plan should have ended Success.")
    ledger = "No record was written twice" if sound else "A RECORD WAS WRITTEN TWICE"
    usual = Ports()
    console.print(
        f"{ledger}; {seconds:.0f} s in all, everything is cleaned up.\n"
        f"make dev brings up a stack that lasts; its Temporal UI is http://{HOST}:{usual.ui}, "
        f"its emulator http://{HOST}:{usual.emulator}, its pages http://{HOST}:{usual.gateway}.",
        highlight=False,
        soft_wrap=True,
    )
