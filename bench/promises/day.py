"""A thousand pushes that wait for a day, twenty times faster: memory of the worker, and replays.

A poll every 45 s stands for the usual one every quarter of an hour; all else is as usual.
"""

import asyncio
from dataclasses import dataclass

from bench.promises.builds import Bench
from bench.promises.many import replays, send, worker_of
from bench.servers import memory
from stack.ports import Ports

PUSHES = 1_000
CAP = 45
POLLS = 96
"""A day's, one every quarter of an hour."""

SAMPLE_EVERY = 15


@dataclass(frozen=True)
class Day:
    """The most MB above idle that the worker held, and the replays of all."""

    memory: float
    replays: float


async def wait(bench: Bench, build: str, polls: int = POLLS) -> Day:
    """Let them wait for so many polls."""
    metrics = f"127.0.0.1:{Ports.free().ui}"
    settings = {"PUSH_POLL_CAP": f"PT{CAP}S", "PUSH_METRICS_ADDRESS": metrics}
    async with bench.running("day", build, **settings) as (running,):
        worker = worker_of(running)
        idle, held = memory(worker), 0.0
        await send(running, PUSHES)
        for _ in range(polls * CAP // SAMPLE_EVERY):
            await asyncio.sleep(SAMPLE_EVERY)
            held = max(held, memory(worker) - idle)
        return Day(held, await replays(metrics))
