"""The three builds, each run by its own processes: today's, the older one, and plain Temporal."""

import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from temporalio.client import Client

from bench.compare.ground import SYNCHRONOUS, Ground
from bench.compare.side import KINDS, Kind, Side
from bench.promises.running import RunningBuild
from bench.servers import Servers, running

PLAIN = replace(KINDS[1], name="plain")
NOW = replace(KINDS[0], name="now")

UNLIMITED = {"CODAT_REQUESTS_PER_MINUTE": "100000"}
"""Plain Temporal has no limit either."""

COMPANIES = 100
"""Each adds a thousand requests to the day's."""


@dataclass(frozen=True)
class Bench:
    """What rows stand on: a folder, the older build, one emulator; `quick` is a short form."""

    folder: Path
    older: Path
    emulator: Servers
    quick: bool
    turns: int

    def kinds(self, *names: str) -> list[Kind]:
        """Give builds by name; all three without names."""
        python = sys.executable
        older = Kind(
            "older",
            "temporal",
            (python, "-m", "bench.sides.ours"),
            (python, str(self.older / "worker.py")),
            folder=self.older,
        )
        kinds = {"older": older, "plain": PLAIN, "now": NOW}
        return [kinds[name] for name in names or kinds]

    @asynccontextmanager
    async def running(
        self, row: str, *names: str, **settings: str
    ) -> AsyncGenerator[list[RunningBuild]]:
        """Bring builds up, each with a Temporal server of its own, and warm them."""
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(self._run(row, kind, UNLIMITED | settings))
                for kind in self.kinds(*names)
            ]

    @asynccontextmanager
    async def _run(
        self, row: str, kind: Kind, settings: dict[str, str]
    ) -> AsyncGenerator[RunningBuild]:
        folder = self.folder / f"{row}-{kind.name}"
        folder.mkdir()
        async with (
            running(folder, ("temporal",)) as servers,
            Ground(self.emulator.emulator) as ground,
        ):
            servers.ports = replace(servers.ports, emulator=self.emulator.ports.emulator)
            client = await Client.connect(f"127.0.0.1:{servers.ports.temporal}")
            side = Side(kind, servers, settings)
            build = RunningBuild(row, side, ground, client)
            try:
                await side.open()
                path = await build.open("warm", **SYNCHRONOUS)
                await build.push("warm", path, 5)
                yield build
            finally:
                await side.close()


async def fill_quota(emulator: Servers) -> None:
    """Add companies, so that no day's requests run low."""
    async with Ground(emulator.emulator) as ground:
        for number in range(COMPANIES):
            await ground.open(f"quota {number}")
