"""Table 5, recovery: from a kill -9 until the pushes that were pending end."""

import asyncio
import time

from bench.compare.ground import TWO_HOURS, Ground
from bench.compare.side import KINDS, Side
from bench.servers import Servers
from bench.tables import table

PENDING = 10
"""Pushes that are pending on each side at the blow, looked at every two seconds; their platform
ends them at that moment."""

MAX_SECONDS = 45
"""Seconds after which a side has not recovered; Celery's tasks come back after 30."""

SETTINGS = {
    "PUSH_POLL_FIRST": "PT2S",
    "PUSH_POLL_CAP": "PT2S",
    "CODAT_READ_TIMEOUT": "PT3S",
    "BENCH_VISIBILITY": "30",
}
BLOWS = ("one of two workers", "the only worker", "the server")


async def measure(servers: Servers) -> None:
    """Print the table; a blow falls on all sides at once."""
    sides = [Side(kind, servers, SETTINGS) for kind in KINDS]
    found: dict[str, list[str]] = {side.name: [side.name] for side in sides}
    try:
        async with Ground(servers.emulator) as ground:
            await asyncio.gather(*(side.open(workers=2) for side in sides))
            for what in BLOWS:
                names = {side.name: await _started(ground, side, what) for side in sides}
                await asyncio.sleep(10)
                began = time.monotonic()
                await asyncio.gather(_strike(servers, sides, what), ground.finish())
                # What plain asyncio has forgotten is not waited for.
                waits = [
                    rival.wait(names[rival.name], MAX_SECONDS)
                    for rival in sides
                    if rival.kind.worker
                ]
                await asyncio.gather(*waits)
                for side in sides:
                    found[side.name].append(_told(side, names[side.name], began))
    finally:
        await asyncio.gather(*(side.close() for side in sides))
    title = f"5. Recovery: seconds from kill -9 until the first and the last of {PENDING} end"
    table(title, ("side", *BLOWS), found.values())


async def _strike(servers: Servers, sides: list[Side], what: str) -> None:
    match what:
        case "one of two workers":
            await asyncio.gather(*(side.kill_worker(1) for side in sides))
        case "the only worker":
            await asyncio.gather(*(side.kill_worker(0) for side in sides))
            await asyncio.gather(*(side.start_worker(0) for side in sides))
        case _:
            names = ("temporal", "postgres", "redis")
            await asyncio.gather(*(servers.kill(name) for name in names))
            await asyncio.gather(*(servers.start(name) for name in names))


async def _started(ground: Ground, side: Side, what: str) -> list[str]:
    label = f"{side.name}, {what}"
    path = await ground.open(label, delay=TWO_HOURS - 60)
    orders = ground.orders(label, path, PENDING)
    for order in orders:
        await side.start(order)
    return [order.id for order in orders]


def _told(side: Side, names: list[str], began: float) -> str:
    """Say when the first and the last ended."""
    times = [side.endings[name][1] - began for name in names if name in side.endings]
    if not times:
        return "never"
    last = f"{max(times):.1f}" if len(times) == PENDING else f"{len(times)} only"
    return f"{min(times):.1f} / {last}"
