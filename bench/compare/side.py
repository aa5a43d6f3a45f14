"""A stack under measurement: start its workers, start a push, wait for all, kill a worker."""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.compare.sides.api import Order, fields
from bench.servers import Servers, processor_seconds
from stack.process import ROOT, Process, ProcessFailed
from stack.services import environment

BENCH = str(ROOT / ".venv-bench" / "bin" / "python")


@dataclass(frozen=True)
class Kind:
    """How a stack is run: its programs and their folder, its server, what a ready worker says."""

    name: str
    server: str
    desk: tuple[str, ...]
    worker: tuple[str, ...] | None
    ready: str = "Worker ready"
    folder: Path = ROOT


def _module(name: str, *role: str) -> tuple[str, ...]:
    return (BENCH, "-m", f"bench.compare.sides.with_{name}", *role)


_PLAIN = (sys.executable, "-m", "bench.compare.sides.with_temporal")
_CELERY = (BENCH, "-m", "celery", "-A", "bench.compare.sides.with_celery", "worker")
KINDS = (
    Kind(
        "ours",
        "temporal",
        (sys.executable, "-m", "bench.compare.sides.ours"),
        (sys.executable, "worker.py"),
    ),
    Kind("temporal", "temporal", (*_PLAIN, "desk"), (*_PLAIN, "worker")),
    Kind("dbos", "postgres", _module("dbos", "desk"), _module("dbos", "worker")),
    Kind(
        "celery",
        "redis",
        _module("celery"),
        (*_CELERY, "--pool", "threads", "--concurrency", "20", "--loglevel", "INFO"),
        "ready.",
    ),
    Kind(
        "procrastinate",
        "postgres",
        _module("procrastinate", "desk"),
        _module("procrastinate", "worker"),
    ),
    Kind("asyncio", "", _module("asyncio"), None),
)
"""In the order of the tables. Plain asyncio has no worker: its desk does the work."""


@dataclass
class Desk:
    """A process that takes orders and tells endings."""

    process: asyncio.subprocess.Process
    reading: asyncio.Task[None]


@dataclass
class Side:
    """A running stack; `endings` holds the status of each push that has ended, and when."""

    kind: Kind
    servers: Servers
    settings: dict[str, str] = field(default_factory=dict[str, str])
    endings: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    workers: dict[int, Process] = field(default_factory=dict[int, Process])
    desks: dict[int, Desk] = field(default_factory=dict[int, Desk])
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _watches: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _started: int = 0

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.kind.name

    async def open(self, workers: int = 1) -> None:
        """Start the workers and the desk; for plain asyncio a desk each."""
        if self.name == "procrastinate":
            schema = await Process.start(
                "schema", _module("procrastinate", "schema"), self._environment(0), self._log("sql")
            )
            await schema.ended()
        if self.kind.worker:
            for index in range(workers):
                await self.start_worker(index)
            await self._open_desk(0)
        else:
            for index in range(workers):
                await self._open_desk(index)

    async def start_worker(self, index: int) -> None:
        """Start a worker and wait until it is ready; one that ends by itself is started anew."""
        if self.kind.worker is None:
            await self._open_desk(index)
            return
        around, log = self._environment(index), self._log(f"worker{index}")
        worker = await Process.start(
            self.name, self.kind.worker, around, log, folder=self.kind.folder
        )
        self.workers[index] = worker
        watch = asyncio.create_task(self._supervise(index, worker))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        with suppress(ProcessFailed):  # its server may be dead
            await worker.says(self.kind.ready)

    async def _supervise(self, index: int, worker: Process) -> None:
        await worker.ended()
        await asyncio.sleep(1)
        if self.workers.get(index) is worker:
            await self.start_worker(index)

    async def kill_worker(self, index: int) -> None:
        """End a worker as a power cut would; for plain asyncio, that is all there is."""
        if self.kind.worker:
            await self.workers.pop(index).kill()
        else:
            await self._close_desk(index)

    async def start(self, order: Order) -> None:
        """Hand a push over."""
        desk = list(self.desks.values())[hash(order.id) % len(self.desks)]
        assert desk.process.stdin
        with suppress(ConnectionError):  # it was killed just now, and the order with it
            desk.process.stdin.write(json.dumps(fields(order)).encode() + b"\n")
            await desk.process.stdin.drain()

    async def wait(self, names: list[str], within: float) -> bool:
        """Wait until all these have ended; False if they have not in so many seconds."""
        try:
            async with asyncio.timeout(within):
                while not all(name in self.endings for name in names):
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            return False
        return True

    def seconds(self) -> float:
        """Give the processor time of its workers."""
        mine = [worker.id for worker in self.workers.values()]
        if not self.kind.worker:
            mine = [desk.process.pid for desk in self.desks.values()]
        return sum(processor_seconds(pid) for pid in mine)

    async def close(self) -> None:
        """End all of it."""
        for watch in self._watches:
            watch.cancel()
        for index in list(self.desks):
            await self._close_desk(index)
        await asyncio.gather(*(worker.kill() for worker in self.workers.values()))
        self.workers.clear()

    async def _open_desk(self, index: int) -> None:
        with self._log(f"desk{index}").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *self.kind.desk,
                cwd=self.kind.folder,
                env=self._environment(index),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert process.stdout
        try:
            await process.stdout.readuntil(b"ready\n")
        except asyncio.IncompleteReadError:
            raise ProcessFailed(f"The desk of {self.name} has ended: {log.name}.") from None
        self.desks[index] = Desk(process, asyncio.create_task(self._read(process.stdout)))

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            if not line.startswith(b"{"):  # DBOS logs to its output
                continue
            message = json.loads(line)
            self.endings.setdefault(message["id"], (message["status"], time.monotonic()))
            self._ended.set()

    async def _close_desk(self, index: int) -> None:
        desk = self.desks.pop(index)
        desk.process.kill()
        await desk.process.wait()
        await desk.reading

    def _environment(self, index: int) -> dict[str, str]:
        database = f"redis://127.0.0.1:{self.servers.redis}"
        if self.kind.server == "postgres":
            database = self.servers.database(self.name)
        return {
            **environment(self.servers.ports, self.settings),
            "PUSH_TASK_QUEUE": self.name,
            "BENCH_DATABASE": database,
            "BENCH_WORKER": f"{self.name}-{index}",
        }

    def _log(self, what: str) -> Path:
        self._started += 1
        return self.servers.folder / f"{self.name}-{self._started:03}-{what}.log"
