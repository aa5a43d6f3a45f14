"""Table 4, growth: ours and plain Temporal, from few to many pushes, line items and workers."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.compare.ground import SYNCHRONOUS, Ground
from bench.compare.plot import Panel, draw
from bench.compare.side import KINDS, Side
from bench.servers import Servers, memory
from bench.tables import table

LINES = (1, 10, 50, 200)
WORKERS = (1, 2, 4)
PUSHES = 40
MAX_SECONDS = 900


@dataclass
class Growth:
    """What was measured, by side: points of a panel."""

    panels: dict[str, dict[str, list[tuple[float, float]]]] = field(
        default_factory=dict[str, dict[str, list[tuple[float, float]]]]
    )

    def note(self, panel: str, side: str, x: float, y: float) -> None:
        """Add a point."""
        self.panels.setdefault(panel, {}).setdefault(side, []).append((x, y))


async def measure(servers: Servers, pending: tuple[int, ...], picture: Path) -> None:
    """Print the tables and draw them."""
    growth = Growth()
    async with Ground(servers.emulator) as ground:
        for kind in KINDS[:2]:
            # What stays pending is everybody's load from then on: it comes last.
            for many in WORKERS:
                took = await _with_workers(ground, Side(kind, servers), many)
                growth.note("workers: ms a push", kind.name, many, took)
        for kind in KINDS[:2]:
            side = Side(kind, servers)
            try:
                await side.open()
                await _burst(ground, side, f"warm {kind.name}", 1, 5)
                for many in LINES:
                    took = await _burst(ground, side, f"lines {kind.name} {many}", many, PUSHES)
                    growth.note("lines of a record: ms a push", side.name, many, took)
                for many in pending:
                    took, held = await _pend(ground, side, many)
                    growth.note("pending pushes: seconds to send all", side.name, many, took)
                    growth.note("pending pushes: MB of the worker", side.name, many, held)
            finally:
                await side.close()
    _show(growth)
    drawn = draw([Panel(name, lines) for name, lines in growth.panels.items()])
    await asyncio.to_thread(picture.write_text, drawn)


def _show(growth: Growth) -> None:
    for name, lines in growth.panels.items():
        heads = ("side", *(f"{x:g}" for x, _ in next(iter(lines.values()))))
        rows = [(side, *(f"{y:.1f}" for _, y in points)) for side, points in lines.items()]
        table(f"4. Growth, {name}", heads, rows)


async def _with_workers(ground: Ground, side: Side, many: int) -> float:
    try:
        await side.open(workers=many)
        await _burst(ground, side, f"warm {side.name} {many}", 1, 5)
        return await _burst(ground, side, f"workers {side.name} {many}", 1, PUSHES)
    finally:
        await side.close()


async def _burst(ground: Ground, side: Side, label: str, lines: int, many: int) -> float:
    """Push so many at once that end in the first answer; gives the ms that one takes."""
    orders = ground.orders(label, await ground.open(label, **SYNCHRONOUS), many, lines)
    began = time.monotonic()
    await asyncio.gather(*(side.start(order) for order in orders))
    await side.wait([order.id for order in orders], MAX_SECONDS)
    return 1000 * (time.monotonic() - began) / many


async def _pend(ground: Ground, side: Side, many: int) -> tuple[float, float]:
    """Start so many that stay pending; gives the seconds until all are sent, and the MB then."""
    label = f"pending {side.name} {many}"
    orders = ground.orders(label, await ground.open(label, delay=86400), many, every=600)
    since = await ground.last()
    began = time.monotonic()
    for order in orders:
        await side.start(order)
    sent: list[float] = []
    while len(sent) < many and time.monotonic() < began + MAX_SECONDS:
        await asyncio.sleep(1)
        entries = await ground.journal(label, since)
        posts = [entry for entry in entries if entry["method"] == "POST"]
        sent = [post["answeredMonotonic"] for post in posts if post["answeredMonotonic"]]
    return max(sent) - began, sum(memory(worker.id) for worker in side.workers.values())
