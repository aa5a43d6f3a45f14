"""The processes of a chaos run: killed, frozen and started again by their ids."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from temporalio.client import Client

from bench.chaos.commands import Commands
from bench.chaos.disasters import PARTITIONS, Disaster, Fault, clock_shift
from bench.chaos.faults import READ_TIMEOUT
from bench.chaos.network import WORKERS, Network, network
from bench.chaos.wanted import Wanted
from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing
from emulator import seeds
from stack.ports import Ports
from stack.process import Process
from stack.services import Stack, emulator_command, running, temporal_command

SIDES = {"ours": ("worker.py",), "plain": ("-m", "bench.compare.sides.with_temporal", "worker")}
"""The programs of the workers; the name of a side is also its task queue."""


LARGE = "large"
"""The folder of the files that are attached."""


@dataclass
class Cluster:
    """All processes, the blows that they took, and how they are brought back."""

    wanted: Wanted
    stack: Stack
    network: Network
    sides: list[str]
    servers: dict[str, Process]
    workers: dict[tuple[str, int], Process] = field(default_factory=dict)
    blows: list[Fault] = field(default_factory=list)
    _doomed: set[int] = field(default_factory=set)
    _watches: list[asyncio.Task[None]] = field(default_factory=list)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _all: list[Process] = field(default_factory=list[Process])
    _started: int = 0

    def __post_init__(self) -> None:
        self._clocks = Random(f"{self.wanted.seed} clocks")

    @property
    def client(self) -> Client:
        """A client of the server; it outlives the server's deaths, and stores files."""
        bare, large = self.stack.client, self.stack.folder / LARGE
        return Client(
            bare.service_client,
            namespace=bare.namespace,
            data_converter=converter(KeyRing(), large),
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the workers are told: waits scaled down, the platform's manners as they are."""
        patience = 2 if self.wanted.brief else READ_TIMEOUT
        return {
            "CODAT_IDEMPOTENCY": self.wanted.mode,
            "CODAT_READ_TIMEOUT": f"PT{patience}S",
            "PUSH_READ_RECORDS": "auto" if self.wanted.read_records else "never",
            "PUSH_LOOK_AGAIN_AFTER": "PT20S" if self.wanted.read_records else "PT0S",
            "PUSH_POLL_FIRST": "PT0.5S",
            "PUSH_POLL_CAP": "PT4S",
            # Longer than it takes until a request can still be sent (20 s; in the short form the
            # longest freeze), processed (time-out and 1.5 s) and listed (2 s), and than the minute
            # after which the push of a killed worker asks again and claims its operation.
            "PUSH_FIND_FOR": "PT10S" if self.wanted.brief else "PT90S",
        }

    async def start_workers(self) -> None:
        """Start two workers for each side."""
        await asyncio.gather(
            *(self._start_worker(side, index) for side in self.sides for index in WORKERS)
        )

    async def strike(self, disaster: Disaster) -> None:
        """Let one disaster happen and pass; those of one process wait for each other."""
        who = disaster.what.split()[1]
        who += str(disaster.worker) if who.startswith("worker") else ""
        async with self._lock(who):
            match disaster.what:
                case "kill worker":
                    await self._kill_workers(disaster)
                case "freeze worker":
                    await self._freeze_workers(disaster)
                case partition if partition in PARTITIONS:
                    await self._partition(disaster)
                case _:
                    await self._kill_server(disaster)

    def _lock(self, who: str) -> asyncio.Lock:
        return self._locks.setdefault(who, asyncio.Lock())

    async def _kill_workers(self, disaster: Disaster) -> None:
        struck = [self.workers[side, disaster.worker] for side in self.sides]
        if self.wanted.brief:
            async with self._lock("server"):
                await self._wait_for_empty_hands(struck[0])
        began = time.time()
        self._doomed.update(worker.id for worker in struck)
        await asyncio.gather(*(worker.kill() for worker in struck))
        await asyncio.sleep(disaster.lasts)
        await asyncio.gather(*(self._start_worker(side, disaster.worker) for side in self.sides))
        self._note(disaster, began, struck[0])

    async def _freeze_workers(self, disaster: Disaster) -> None:
        struck = [self.workers[side, disaster.worker] for side in self.sides]
        began = time.time()
        for worker in struck:
            _signal(worker, signal.SIGSTOP)
        try:
            await asyncio.sleep(disaster.lasts)
        finally:
            for worker in struck:
                _signal(worker, signal.SIGCONT)
        self._note(disaster, began, struck[0])

    async def _partition(self, disaster: Disaster) -> None:
        began = time.time()
        await self.network.strike(disaster)
        what = f"partition {disaster.what.split()[1]}"
        self.blows.append(Fault(what, began, time.time()))

    async def _kill_server(self, disaster: Disaster) -> None:
        name = disaster.what.split()[1]
        began = time.time()
        await self.servers[name].kill()
        async with self.network.refusing(name):
            await asyncio.sleep(disaster.lasts)
            make = temporal_command if name == "server" else emulator_command
            command = make(self.stack.folder, self.stack.ports)
            again = await self._start(name, command, self.stack.environment)
            await again.says("Server:" if name == "server" else "emulator ready")
        self.servers[name] = again
        self._note(disaster, began)

    async def _wait_for_empty_hands(self, worker: Process) -> None:
        """Freeze a worker at a moment when it holds no request that takes a minute to be lost."""
        for _ in range(200):
            _signal(worker, signal.SIGSTOP)
            if not await self._sends(worker):
                return
            _signal(worker, signal.SIGCONT)
            await asyncio.sleep(0.05)

    async def _sends(self, worker: Process) -> bool:
        query = 'WorkflowType="push" AND ExecutionStatus="Running"'
        async for run in self.client.list_workflows(query):
            for activity in await Commands(self.client, run.id).pending():
                in_hand = activity.last_worker_identity.startswith(f"{worker.id}@")
                if in_hand and activity.activity_type.name == "push":
                    return True
        return False

    async def _start_worker(self, side: str, index: int) -> None:
        environment = {
            **self.stack.environment,
            **self.environment,
            **self.network.of_worker(index),
            "PUSH_TASK_QUEUE": side,
            **self._wrong_clock(),
        }
        command = [sys.executable, *SIDES[side]]
        worker = await self._start(f"{side}-{index}", command, environment)
        self.workers[side, index] = worker
        self._watches.append(asyncio.create_task(self._supervise(side, index, worker)))

    def _wrong_clock(self) -> dict[str, str]:
        """Put a worker's clock forward or back, by half a second to fifteen minutes."""
        if self.wanted.outage or self.wanted.only:
            return {}
        now = time.time()
        self.blows.append(Fault("worker with a wrong clock", now, now))
        return {"PUSH_CLOCK_SHIFT": clock_shift(self._clocks)}

    async def _supervise(self, side: str, index: int, worker: Process) -> None:
        """Start a worker anew that ended by itself, as whoever runs workers does."""
        await worker.ended()
        if worker.id not in self._doomed:
            await asyncio.sleep(1)
            async with self._lock(f"worker{index}"):
                if self.workers[side, index] is worker:
                    await self._start_worker(side, index)

    async def _start(self, name: str, command: list[str], environment: dict[str, str]) -> Process:
        self._started += 1
        log = self.stack.folder / f"{self._started:03}-{name}.log"
        process = await Process.start(name, command, environment, log)
        self._all.append(process)
        return process

    def _note(self, disaster: Disaster, began: float, struck: Process | None = None) -> None:
        identity = f"{struck.id}@" if struck else ""
        self.blows.append(Fault(disaster.what, began, time.time(), identity))

    async def stop(self) -> None:
        """End all that was started here."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        await asyncio.gather(*(process.kill() for process in self._all))


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself
        os.kill(process.id, number)


@asynccontextmanager
async def opened(wanted: Wanted, folder: Path) -> AsyncGenerator[Cluster]:
    """Bring a house up, and end in the end every process of it."""
    sides = ["ours", "plain"] if wanted.plain else ["ours"]
    settings = {"CODAT_WEBHOOK_SECRET": seeds.WEBHOOK_SECRET} if wanted.has_webhooks else {}
    large = folder / LARGE
    large.mkdir(parents=True, exist_ok=True)
    settings |= {"PUSH_LARGE_DIRECTORY": str(large)}
    async with (
        running(folder, Ports.free(), settings) as stack,
        network(stack.ports) as relays,
    ):
        temporal, emulator = stack.processes
        servers = {"server": temporal, "emulator": emulator}
        cluster = Cluster(wanted, stack, relays, sides, servers)
        try:
            await cluster.start_workers()
            if wanted.has_webhooks:
                door = await stack.start_gateway(PUSH_TASK_QUEUE=sides[0], **relays.of_door())
                await door.says("Uvicorn running")
            yield cluster
        finally:
            await cluster.stop()
