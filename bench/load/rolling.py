"""Pushes while one worker of two is killed and the other replaced; none may be lost or doubled.

`python -m bench.load.rolling [--rate 20] [--seconds 300]` starts a dev server, the emulator, the
front door and two workers as processes of their own, sends pushes at the rate, kills a worker with
SIGKILL after a third of the time, replaces the other (SIGTERM, and a new one) after two thirds,
and compares in the end the books with what the front door says of each push. Exit code 1: a push
was lost, doubled or told wrongly.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bench.servers import processor_seconds
from stack.control import EmulatorControl, JournalEntry
from stack.ports import HOST, Ports
from stack.services import Stack, running
from stack.signals import until_signal

COMPANIES = 20
WORKER_GRACE = 45
"""Seconds that a worker has to finish what it has sent, as in docker-compose.yml."""

MISSING_FOR = 5
"""Seconds until something starts another worker in the place of a killed one."""

MAX_SECONDS = 1800
"""Seconds after the last push in which all have to end."""

LOOK_EVERY = 5
UNFINISHED = "WorkflowType='push' AND ExecutionStatus='Running'"
SETTINGS = {"CODAT_REQUESTS_PER_MINUTE": "50000"}


@dataclass(frozen=True)
class Place:
    """A company with one connection."""

    company: str = field(default_factory=lambda: str(uuid4()))
    connection: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class Load:
    """The pushes that are to be sent, and what the front door said of them."""

    door: httpx.AsyncClient
    places: list[Place]
    keys: dict[int, str] = field(default_factory=dict[int, str])
    again: int = 0
    slowest: float = 0

    def place(self, number: int) -> Place:
        """Companies take turns."""
        return self.places[number % len(self.places)]

    async def send(self, pushes: int, rate: float) -> float:
        """Send so many a second, however long each takes; give the rate that came of it."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(pushes):
                await asyncio.sleep(began + number / rate - time.monotonic())
                group.create_task(self._push(number))
        return pushes / (time.monotonic() - began)

    async def _push(self, number: int) -> None:
        place, began = self.place(number), time.monotonic()
        path = f"/companies/{place.company}/connections/{place.connection}/push/suppliers"
        record = {"supplierName": f"Supplier {number}", "status": "Active"}
        while number not in self.keys:
            try:
                answer = await self.door.post(
                    path, json=record, headers={"Idempotency-Key": f"rolling-{number}"}
                )
            except httpx.TransportError:
                answer = None
            if answer and answer.is_success:
                self.keys[number] = answer.json()["pushOperationKey"]
            else:  # as a client does: again, under the same key
                self.again += 1
                await asyncio.sleep(1)
        self.slowest = max(self.slowest, time.monotonic() - began)

    async def told(self, number: int) -> str:
        """Ask how a push ended."""
        path = f"/companies/{self.place(number).company}/push/{self.keys[number]}"
        answer = await self.door.get(path)
        return answer.json().get("status", f"HTTP {answer.status_code}")


@asynccontextmanager
async def a_house(
    folder: Path, places: list[Place]
) -> AsyncGenerator[tuple[Stack, httpx.AsyncClient]]:
    """Start everything, with two workers; half of the platforms answer at once, half after 1 s."""
    async with running(folder, Ports.free(), SETTINGS) as stack:
        workers = [await stack.start_worker(), await stack.start_worker()]
        gateway = await stack.start_gateway()
        for worker in workers:
            await worker.says("Worker ready")
        await gateway.says("running on")
        async with EmulatorControl(stack.ports.emulator) as emulator:
            for number, place in enumerate(places):
                behaviour: dict[str, Any] = {"delay": 1} if number % 2 else {"synchronous": True}
                await emulator.seed(place.company, place.connection, **behaviour)
        url, limits = f"http://{HOST}:{stack.ports.gateway}", httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(
            base_url=url, limits=limits, timeout=60, trust_env=False
        ) as door:
            yield stack, door


async def disturb(stack: Stack, seconds: float) -> None:
    """Kill the one, replace the other."""
    first, second = (process for process in stack.processes if process.name.startswith("worker"))
    await asyncio.sleep(seconds / 3)
    await first.kill()
    say("worker 1 is killed (SIGKILL)")
    await asyncio.sleep(MISSING_FOR)
    await stack.start_worker()
    say("worker 3 is started in its place")
    await asyncio.sleep(seconds / 3)
    began = time.monotonic()
    new = await stack.start_worker()
    await new.says("Worker ready")
    await second.stop(grace=WORKER_GRACE)
    took = time.monotonic() - began
    say(f"worker 2 is replaced by worker 4 (SIGTERM), which took {took:.1f} s")


async def all_over(stack: Stack) -> None:
    """Wait until no push runs any more."""
    async with asyncio.timeout(MAX_SECONDS):
        while left := (await stack.client.count_workflows(UNFINISHED)).count:
            say(f"{left} pushes run")
            await asyncio.sleep(LOOK_EVERY)


def judge(ends: dict[int, str], names: Counter[str]) -> dict[str, int]:
    """Count what must not be, of pushes by number and records by name."""
    wanted = {f"Supplier {number}" for number in ends}
    return {
        "records written twice": sum(count - 1 for count in names.values()),
        "pushes lost": len(wanted - names.keys()),
        "records of nobody": len(names.keys() - wanted),
        "wrong ends": sum(end != "Success" for end in ends.values()),
    }


async def run(rate: float, seconds: float, folder: Path) -> int:
    """Run all, print what came of it, give the exit code."""
    places, pushes = [Place() for _ in range(COMPANIES)], round(rate * seconds)
    async with a_house(folder, places) as (stack, door):
        load, began = Load(door, places), time.monotonic()
        sent, _ = await asyncio.gather(load.send(pushes, rate), disturb(stack, seconds))
        say(f"{pushes} pushes were sent, {sent:.1f} a second")
        await all_over(stack)
        took = time.monotonic() - began
        say(f"all had ended after {took:.0f} s: {pushes / took:.1f} pushes a second")
        ends = await all_told(load)
        records, posts = await books(stack)
        spent = seconds_spent(stack)
    found = judge(ends, Counter(record["data"]["supplierName"] for record in records))
    report = {
        "pushes": f"{len(ends)}, ended {dict(Counter(ends.values()))}",
        "records": len(records),
        **found,
        "requests sent again": f"{posts - len(ends)} by workers, {load.again} by the client",
        "slowest answer": f"{load.slowest:.1f} s, of the front door",
        "processor seconds": spent,
    }
    print("", *(f"{name:22} {value}" for name, value in report.items()), sep="\n")
    return int(any(found.values()))


async def all_told(load: Load) -> dict[int, str]:
    """Ask the front door how each push ended, ten at once."""
    few = asyncio.Semaphore(10)

    async def ask(number: int) -> tuple[int, str]:
        async with few:
            return number, await load.told(number)

    return dict(await asyncio.gather(*(ask(number) for number in load.keys)))


async def books(stack: Stack) -> tuple[list[JournalEntry], int]:
    """Read the records in the books, and count the requests that were to write one."""
    base = f"http://{HOST}:{stack.ports.emulator}/_emulator"
    async with httpx.AsyncClient(base_url=base, timeout=120, trust_env=False) as http:
        records: list[JournalEntry] = (await http.get("/ledger")).json()
        journal: list[JournalEntry] = (await http.get("/journal")).json()
    return records, sum(entry["method"] == "POST" for entry in journal)


def seconds_spent(stack: Stack) -> str:
    """Say how much processor time each process took that still lives."""
    spent: list[str] = []
    for process in stack.processes:
        with suppress(FileNotFoundError):
            if seconds := processor_seconds(process.id):
                spent.append(f"{process.name} {seconds:.0f}")
    return ", ".join(spent)


def say(what: str) -> None:
    """Print a line with the time."""
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.load.rolling", description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="pushes a second")
    parser.add_argument("--seconds", type=float, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="surepush-rolling-") as folder:
        sys.exit(asyncio.run(until_signal(run(given.rate, given.seconds, Path(folder)))))


if __name__ == "__main__":
    main()
