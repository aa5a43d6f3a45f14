"""Table 10, neighbours: one key sends its worst while another's small push and health are timed.

`python -m bench.load.neighbours [--seconds 20]` starts a dev server, emulator and the front door
as processes of their own, no worker. A process with one key sends the largest records, records that
are refused, the largest forms and pages from twenty connections; meanwhile a push of another key
and `/health` are asked for again and again. Promised: a push within 250 ms and health within 100,
99 times of 100. Then a key floods the front door with small pushes from two hundred connections,
and nine others push one after the other each: what is left to them? Exit code 1: a bound is broken.
"""

import argparse
import asyncio
import hashlib
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import httpx

from bench.load.worst import RECORDS, TOO_MUCH
from bench.tables import table
from emulator import seeds
from emulator.examples import record
from stack.ports import HOST, Ports
from stack.services import running

PUSH_WITHIN, HEALTH_WITHIN = 0.250, 0.100
"""Seconds, of 99 in 100."""

ORDINARY = 9
HOSTILE, QUIET = "hostile", "quiet"
CONNECTIONS, FLOOD = 20, 200
PAUSE = 0.02
COMPANY = f"/companies/{seeds.COMPANY}"
THERE = f"{COMPANY}/connections/{seeds.PROMPT}/push"
JSON = {"Content-Type": "application/json"}

Times = list[float]


def keys() -> dict[str, str]:
    """Give the keys of the front door by their names."""
    names = [HOSTILE, QUIET, *(f"ordinary-{number}" for number in range(1, ORDINARY))]
    return {name: f"the key of {name}" for name in names}


def settings() -> dict[str, str]:
    """Give the variables of the front door."""
    digests = {name: hashlib.sha256(key.encode()).hexdigest() for name, key in keys().items()}
    return {"GATEWAY_API_KEYS": " ".join(f"{name}:{digest}:*" for name, digest in digests.items())}


def client(address: str, name: str, connections: int = 1) -> httpx.AsyncClient:
    """Give a client of this key."""
    return httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {keys()[name]}"},
        limits=httpx.Limits(max_connections=connections),
        timeout=60,
        trust_env=False,
    )


async def small_push(http: httpx.AsyncClient) -> httpx.Response:
    """Push a supplier."""
    return await http.post(f"{THERE}/suppliers", json=record("suppliers", str(uuid4())[:12]))


async def do_worst(address: str) -> None:
    """Send the worst that one key can, in turns, for ever."""
    async with client(address, HOSTILE, CONNECTIONS) as http:
        login = {"name": HOSTILE, "key": keys()[HOSTILE]}
        await http.post("/login", data=login)
        lines = [{"description": "Carriage", "quantity": n} for n in range(4000)]
        stored = await http.post(f"{THERE}/bills", json={"lineItems": lines})
        key = UUID(stored.json()["pushOperationKey"])
        form = "&".join(f"lineItems%2F{n}%2Fdescription=x" for n in range(19_000))
        jobs: list[Callable[[], Awaitable[Any]]] = [
            *(_sending(http, text) for text in (*RECORDS.values(), *TOO_MUCH.values())),
            lambda: http.get(f"{COMPANY}/push/{key}"),
            lambda: http.get(f"{COMPANY}/pushes/{key}"),
            lambda: http.get(f"{COMPANY}/pushes/{key}/edit"),
            lambda: http.post(f"{THERE}/bills/new", content=form),
            lambda: http.get(f"{COMPANY}/push?pageSize=5000"),
        ]
        turns = itertools.cycle(jobs)
        await _for_ever(turns, CONNECTIONS)


def _sending(http: httpx.AsyncClient, text: str) -> Callable[[], Awaitable[Any]]:
    body = text.encode()
    return lambda: http.post(f"{THERE}/bills", content=body, headers=JSON)


async def flood(address: str) -> None:
    """Push as fast as it goes from many connections, for ever."""
    async with client(address, HOSTILE, FLOOD) as http:
        await _for_ever(itertools.repeat(lambda: small_push(http)), FLOOD)


async def _for_ever(jobs: "itertools.cycle[Any] | itertools.repeat[Any]", many: int) -> None:
    async def some() -> None:
        for job in jobs:
            try:
                await job()
            except httpx.HTTPError:
                await asyncio.sleep(PAUSE)

    await asyncio.gather(*(some() for _ in range(many)))


@asynccontextmanager
async def beside(work: str, address: str) -> AsyncGenerator[None]:
    """Let a process of its own be hostile for the length of a block."""
    command = [
        sys.executable,
        "-m",
        "bench.load.neighbours",
        "--hostile",
        work,
        "--address",
        address,
    ]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    try:
        await asyncio.sleep(3)
        yield
        if process.returncode is not None:
            raise SystemExit("The hostile process ended by itself.")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def timed(work: Callable[[], Awaitable[httpx.Response]], until: float) -> Times:
    """Do it again and again; gives the seconds of each time. Any answer but 200 counts as long."""
    times: Times = []
    while time.monotonic() < until:
        begun = time.perf_counter()
        answer = await work()
        times.append(time.perf_counter() - begun if answer.is_success else float("inf"))
        await asyncio.sleep(PAUSE)
    return times


async def both(address: str, seconds: float) -> tuple[Times, Times]:
    """Time another key's small pushes and health, at once."""
    async with client(address, QUIET) as http, httpx.AsyncClient(base_url=address) as watcher:
        until = time.monotonic() + seconds
        return await asyncio.gather(
            timed(lambda: small_push(http), until), timed(lambda: watcher.get("/health"), until)
        )


async def many(address: str, seconds: float) -> Counter[str]:
    """Count the pushes of nine ordinary keys, one after the other each."""
    done: Counter[str] = Counter()
    until = time.monotonic() + seconds

    async def send(name: str) -> None:
        async with client(address, name) as http:
            while time.monotonic() < until:
                done[name] += (await small_push(http)).is_success

    await asyncio.gather(*(send(name) for name in keys() if name != HOSTILE))
    return done


def _row(what: str, times: Times, bound: float) -> tuple[object, ...]:
    ms = sorted(1000 * seconds for seconds in times)
    p99 = ms[min(len(ms) - 1, int(0.99 * len(ms)))]
    return what, len(ms), f"{median(ms):.0f}", f"{p99:.0f}", f"{ms[-1]:.0f}", f"{1000 * bound:.0f}"


def _keeps(times: Times, bound: float) -> bool:
    return sorted(times)[min(len(times) - 1, int(0.99 * len(times)))] <= bound


async def main(seconds: float) -> bool:
    """Measure and print; says whether both bounds were kept."""
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}, load {os.getloadavg()[0]:.1f} at the start")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ran = await stack.enter_async_context(running(folder, Ports.free(), settings()))
        gateway = await ran.start_gateway()
        await gateway.says("running on")
        address = f"http://{HOST}:{ran.ports.gateway}"
        alone = await both(address, seconds / 2)
        async with beside("worst", address):
            pressed = await both(address, seconds)
        before = await many(address, seconds / 2)
        async with beside("flood", address):
            after = await many(address, seconds / 2)
    heads = ("ms", "times", "p50", "p99", "most", "bound of p99")
    rows = [
        _row("push, nobody else", alone[0], PUSH_WITHIN),
        _row("push, a neighbour's worst", pressed[0], PUSH_WITHIN),
        _row("health, nobody else", alone[1], HEALTH_WITHIN),
        _row("health, a neighbour's worst", pressed[1], HEALTH_WITHIN),
    ]
    table("10a. One key sends its worst", heads, rows)
    rate = 2 / seconds
    shares = [
        ("no flood", before.total() * rate, min(before.values()), max(before.values())),
        ("a flood", after.total() * rate, min(after.values()), max(after.values())),
    ]
    table(
        "10b. Nine keys beside a tenth that floods",
        ("pushes of the nine", "a second", "least of a key", "most"),
        shares,
    )
    print(f"\nWith the flood the nine have {after.total() / before.total():.0%} of what they had.")
    return _keeps(pressed[0], PUSH_WITHIN) and _keeps(pressed[1], HEALTH_WITHIN)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--hostile", choices=("worst", "flood"), help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.hostile:
        asyncio.run((do_worst if given.hostile == "worst" else flood)(given.address))
    sys.exit(0 if asyncio.run(main(given.seconds)) else 1)
