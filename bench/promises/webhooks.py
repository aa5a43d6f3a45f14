"""Pushes that are pending for 60 s where webhooks tell of the end: actions and requests a push."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from bench.compare.sides.api import AUTHORIZED
from bench.load.gateway import front_door
from bench.promises.builds import Bench
from bench.promises.running import RunningBuild
from bench.promises.table import Promise, Row
from emulator import seeds

PUSHES = 20
OVER = 10
PENDING, QUICK = 60, 10
SECRET = {"CODAT_WEBHOOK_SECRET": seeds.WEBHOOK_SECRET}


async def measure(bench: Bench) -> list[Row]:
    """Give the rows."""
    pending = QUICK if bench.quick else PENDING
    async with (
        AsyncExitStack() as stack,
        bench.running("webhooks", "older", "now", **SECRET) as builds,
    ):
        paths = [await build.open("hooks", delay=pending) for build in builds]
        for build, path in zip(builds, paths, strict=True):
            address = f"127.0.0.1:{build.side.servers.ports.temporal}"
            door = front_door(address, build.side.kind.folder, **SECRET, PUSH_TASK_QUEUE=build.name)
            url, _ = await stack.enter_async_context(door)
            await stack.enter_async_context(_subscribed(bench, url, path.split("/")[2]))
        spent = await asyncio.gather(*map(_push, builds, paths))
    actions = {build.name: [of[0]] for build, of in zip(builds, spent, strict=True)}
    requests = {build.name: [of[1]] for build, of in zip(builds, spent, strict=True)}
    return [
        Row(f"webhooks, pending {pending} s: actions a push", actions, Promise(7)),
        Row(f"webhooks, pending {pending} s: requests a push", requests, Promise(2.05), 2),
    ]


async def _push(build: RunningBuild, path: str) -> tuple[float, float]:
    before = await build.actions()
    wave = await build.push("hooks", path, PUSHES, over=OVER)
    return (await build.actions() - before) / PUSHES, wave.requests / PUSHES


@asynccontextmanager
async def _subscribed(bench: Bench, url: str, company: str) -> AsyncIterator[None]:
    """Have the emulator call a front door of a company's pushes, and no longer in the end."""
    events = ["suppliers.write.*"]
    consumer = {"url": f"{url}/webhooks/codat", "eventTypes": events, "companyId": company}
    base = bench.emulator.emulator
    async with httpx.AsyncClient(base_url=base, headers=AUTHORIZED, trust_env=False) as http:
        answer = (await http.post("/webhooks", json=consumer)).raise_for_status()
        yield
        (await http.delete(f"/webhooks/{answer.json()['id']}")).raise_for_status()
