"""Thousands that are started at once and stay pending, on one worker: sent when, waiting for what.

The short form has a tenth of the pause between two polls, and a twentieth of the pushes and of the
cache. So half as many are polled a second as in the whole form, and as large a part is replayed;
bounds are as much lower.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from bench.promises.builds import Bench
from bench.promises.running import RunningBuild
from bench.promises.table import Promise, Row
from bench.servers import memory, processor_seconds
from stack.ports import Ports

PER_COMPANY = 100
DAY = 86_400
STEADY = 1.4
"""Caps after the last send: then each push is polled once a cap."""

MINUTE = 60


@dataclass(frozen=True)
class Scale:
    """How many wait, how long at most between two polls (s), and how many the worker caches."""

    pushes: int
    cap: int
    cache: int


WHOLE = Scale(10_000, 900, 1000)
SHORT = Scale(500, 90, 50)
QUICK = Scale(100, 10, 10)

Waited = dict[str, float]


async def measure(bench: Bench) -> list[Row]:
    """Give the rows of the short form, of today's build."""
    scale = QUICK if bench.quick else SHORT
    waited = await wait(bench, "now", scale)
    share = f"{scale.pushes} waiting, polled every {scale.cap} s, {scale.cache} cached:"
    sent = f"{scale.pushes} at once: all sent after, s"
    bound = MINUTE * 15 * scale.pushes / WHOLE.pushes
    whole = scale.pushes / scale.cap / (WHOLE.pushes / WHOLE.cap)
    return [
        Row(sent, {"now": [waited["sent after"]]}, Promise(bound), 0),
        Row(f"{share} worker, cores", {"now": [waited["worker"]]}, Promise(0.25 * whole), 2),
        Row(f"{share} server, cores", {"now": [waited["server"]]}, Promise(0.25 * whole), 2),
        Row("of it: worker's MB above idle", {"now": [waited["MB"]]}, digits=0),
        Row("of it: replays a minute", {"now": [waited["replays"]]}, digits=0),
    ]


async def wait(bench: Bench, build: str, scale: Scale) -> Waited:
    """Start them all and let them wait; gives what it took."""
    metrics = f"127.0.0.1:{Ports.free().ui}"
    settings = {
        "CODAT_REQUESTS_PER_MINUTE": "1000",
        "PUSH_CACHED_WORKFLOWS": f"{scale.cache}",
        "PUSH_POLL_CAP": f"PT{scale.cap}S",
        "PUSH_METRICS_ADDRESS": metrics,
    }
    async with bench.running("many", build, **settings) as (running,):
        idle = memory(worker_of(running))
        sent = await send(running, scale.pushes)
        await asyncio.sleep(STEADY * scale.cap)
        waited = await spend(running, scale.cap, metrics)
    return {"sent after": sent, "MB": waited.pop("memory") - idle, **waited}


def worker_of(build: RunningBuild) -> int:
    """Give the process of its only worker."""
    (worker,) = build.side.workers.values()
    return worker.id


async def send(build: RunningBuild, pushes: int) -> float:
    """Start so many that stay pending for a day; gives the seconds until all are sent."""
    label, began = build.label("many"), time.monotonic()
    since = await build.ground.last()
    for first in range(0, pushes, PER_COMPANY):
        path = await build.open(f"many {first}", delay=DAY)
        for order in build.ground.orders(label, path, min(PER_COMPANY, pushes - first)):
            await build.side.start(order)
    sent = 0
    while sent < pushes:
        await asyncio.sleep(1)
        entries = await build.ground.entries(since)
        since = max((entry["number"] for entry in entries), default=since)
        sent += sum(map(_is_sent, entries))
    return time.monotonic() - began


def _is_sent(entry: dict[str, Any]) -> bool:
    return entry["method"] == "POST" and "/push/" in entry["path"]


async def spend(build: RunningBuild, seconds: float, metrics: str) -> Waited:
    """Measure while they wait: cores of worker and server, replays a minute, the worker's MB."""
    worker, server = worker_of(build), build.server
    before = processor_seconds(worker), processor_seconds(server), await replays(metrics)
    began = time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    return {
        "worker": (processor_seconds(worker) - before[0]) / took,
        "server": (processor_seconds(server) - before[1]) / took,
        "replays": (await replays(metrics) - before[2]) * MINUTE / took,
        "memory": memory(worker),
    }


async def replays(metrics: str) -> float:
    """Read how many tasks a worker had to replay a push for, since it was not in its cache."""
    async with httpx.AsyncClient(trust_env=False) as http:
        text = (await http.get(f"http://{metrics}/metrics")).text
    lines = (line for line in text.splitlines() if line.startswith("temporal_sticky_cache_miss"))
    return sum(float(line.rpartition(" ")[2]) for line in lines)
