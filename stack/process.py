"""One process of the stack: started, watched through its log, stopped by its id."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
_DIE_WITH_PARENT = (sys.executable, "-I", "-S", str(ROOT / "stack" / "die_with_parent.py"))
_LOOK_EVERY = 0.05
_LAST_LINES = 8


class ProcessFailed(Exception):
    """Something that the stack can't do; its text is one sentence for a person."""


@dataclass(frozen=True)
class Process:
    """A running process whose output goes into a log file."""

    name: str
    log: Path
    _process: asyncio.subprocess.Process

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        folder: Path = ROOT,
    ) -> Self:
        """Start a command in the project's folder, out of the reach of the terminal's Ctrl-C.

        On Linux it ends with the thread that started it, even if that is killed.
        """
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(*_DIE_WITH_PARENT, str(os.getpid()), *command),
                cwd=folder,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return cls(name, log, process)

    @property
    def id(self) -> int:
        """The id that the system gave it."""
        return self._process.pid

    async def says(self, words: str, within: float = 30) -> str:
        """Wait until a line of the log holds these words, and give it; Trouble if none does."""
        try:
            async with asyncio.timeout(within):
                while not (line := self._line_with(words)):
                    if self._process.returncode is not None:
                        raise self.death()
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            raise ProcessFailed(f"{self.name} did not say '{words}' in {within:.0f} s.") from None
        return line

    async def ended(self) -> None:
        """Wait until it has ended, for whatever reason."""
        await self._process.wait()

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self._send(signal.SIGKILL)
        await self._process.wait()

    async def stop(self, grace: float = 10) -> None:
        """Ask it to end (SIGTERM), and kill it if it does not within so many seconds."""
        self._send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), grace)
        except TimeoutError:
            await self.kill()

    def death(self) -> ProcessFailed:
        """Tell that it ended by itself, with the last it said."""
        tail = self.log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        lines = "".join(f"\n  {line}" for line in tail)
        return ProcessFailed(
            f"{self.name} has ended by itself (exit code {self._process.returncode}); "
            f"its last words in {self.log}:{lines}"
        )

    def _line_with(self, words: str) -> str | None:
        lines = self.log.read_text(errors="replace").splitlines(keepends=True)
        return next((line.strip() for line in lines if words in line and line.endswith("\n")), None)

    def _send(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)
