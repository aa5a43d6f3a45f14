"""Table 3, speed: pushes a second, processor time, latency; and the floor under both."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median

from temporalio.client import Client
from temporalio.worker import Worker

from bench.compare.empty import Empty
from bench.compare.ground import SYNCHRONOUS, Ground
from bench.compare.side import KINDS, Side
from bench.compare.sides import api
from bench.servers import Servers, processor_seconds
from bench.tables import spread, table

SINGLE = 10
"""Pushes one at a time."""

SETTINGS = {"CODAT_READ_TIMEOUT": "PT3S", "PUSH_POLL_FIRST": "PT2S"}
"""All sides look two seconds after the first answer."""

MAX_SECONDS = 120
KINDS_OF_ENDING = {"at once": SYNCHRONOUS, "after 1 s": {"delay": 1}, "after 5 s": {"delay": 5}}

Figures = dict[tuple[str, str], list[float]]


async def measure(servers: Servers, pushes: int, turns: int) -> None:
    """Print the tables; the sides take turns, in the one order and in the other."""
    sides = [Side(kind, servers, SETTINGS) for kind in KINDS]
    rates: Figures = defaultdict(list)
    workers: Figures = defaultdict(list)
    requests: Figures = defaultdict(list)
    single: dict[str, list[float]] = {}
    try:
        async with Ground(servers.emulator) as ground:
            await asyncio.gather(*(side.open() for side in sides))
            for side in sides:  # the first pushes of a process load what the later ones have
                await _burst(ground, side, f"warm {side.name}", SYNCHRONOUS, 5)
            for turn in range(turns):
                for ending, behaviour in KINDS_OF_ENDING.items():
                    for side in sides if turn % 2 else sides[::-1]:
                        label, place = f"{side.name} {ending} {turn}", (side.name, ending)
                        found = await _burst(ground, side, label, behaviour, pushes)
                        rates[place].append(found[0])
                        workers[place].append(found[1])
                        requests[place].append(found[2])
            for side in sides:
                single[side.name] = await _one_by_one(ground, side)
    finally:
        await asyncio.gather(*(side.close() for side in sides))
    print(f"\n3. Speed: {pushes} pushes started together, {turns} turns, median (least-most)")
    _print(sides, rates, workers, requests, single)
    await _floor(servers, pushes)


async def _burst(
    ground: Ground, side: Side, label: str, behaviour: dict[str, object], many: int
) -> tuple[float, float, float]:
    """Push so many at once; gives pushes a second, CPU ms of worker and server, requests a push."""
    path = await ground.open(label, **behaviour)
    since = await ground.last()
    orders = ground.orders(label, path, many)
    before = _cpu(side)
    began = time.monotonic()
    await asyncio.gather(*(side.start(order) for order in orders))
    await side.wait([order.id for order in orders], MAX_SECONDS)
    spent = _cpu(side) - before
    entries = await ground.journal(label, since)
    ended = max(entry["answeredMonotonic"] for entry in entries)
    return many / (ended - began), 1000 * spent / many, len(entries) / many


def _cpu(side: Side) -> float:
    server = side.servers.running.get(side.kind.server)
    return side.seconds() + (processor_seconds(server.id) if server else 0)


async def _one_by_one(ground: Ground, side: Side) -> list[float]:
    """Give the milliseconds from the order to the answer that ended it, one push at a time."""
    label = f"{side.name} alone"
    path = await ground.open(label, **SYNCHRONOUS)
    took: list[float] = []
    for order in ground.orders(label, path, SINGLE):
        since = await ground.last()
        began = time.monotonic()
        await side.start(order)
        await side.wait([order.id], MAX_SECONDS)
        entries = await ground.journal(label, since)
        took.append(1000 * (max(entry["answeredMonotonic"] for entry in entries) - began))
    return took


def _print(
    sides: list[Side],
    rates: Figures,
    cpu: Figures,
    requests: Figures,
    single: dict[str, list[float]],
) -> None:
    heads = ("side", *KINDS_OF_ENDING)
    title = "3. Speed: pushes a second"
    rows = [
        (side.name, *(spread(rates[side.name, end]) for end in KINDS_OF_ENDING)) for side in sides
    ]
    table(title, heads, rows)
    ratios = [
        (
            end,
            spread(
                [a / b for a, b in zip(rates["ours", end], rates["temporal", end], strict=True)], 2
            ),
        )
        for end in KINDS_OF_ENDING
    ]
    table("3. Speed: ours over plain Temporal, turn by turn", ("ending", "times"), ratios)
    rows = [
        (side.name, *(spread(cpu[side.name, end], 0) for end in KINDS_OF_ENDING)) for side in sides
    ]
    table("3. Speed: CPU ms a push, worker and server (PostgreSQL's shared by two)", heads, rows)
    rows = [
        (side.name, *(spread(requests[side.name, end], 2) for end in KINDS_OF_ENDING))
        for side in sides
    ]
    table("3. Speed: requests a push", heads, rows)
    rows = [(name, f"{median(ms):.0f}", f"{max(ms):.0f}") for name, ms in single.items()]
    title = f"3. Speed: ms to the answer that ends it, one push on an idle stack, of {SINGLE}"
    table(title, ("side", "median", "longest"), rows)


async def _floor(servers: Servers, many: int) -> None:
    """Say what nothing costs: an empty workflow here, and a bare POST."""
    client = await Client.connect(f"127.0.0.1:{servers.ports.temporal}")
    options = {"task_queue": "empty", "execution_timeout": timedelta(minutes=1)}

    async def empty(number: int) -> None:
        await client.execute_workflow(Empty.run, id=f"empty-{number}", **options)

    async with (
        Worker(client, task_queue="empty", workflows=[Empty]),
        Ground(servers.emulator) as ground,
        api.http() as http,
    ):
        path = await ground.open("floor", **SYNCHRONOUS)
        orders = ground.orders("floor", path, many)

        async def post(number: int) -> None:
            url = servers.emulator + orders[number].path
            await http.post(url, json=orders[number].data, headers=api.AUTHORIZED)

        rows = [
            ("empty workflow", f"{await _rate(empty, many):.0f}"),
            ("bare POST", f"{await _rate(post, many):.0f}"),
        ]
    table("3. Speed: the floor", ("what", "a second"), rows)


async def _rate(work: Callable[[int], Awaitable[None]], many: int) -> float:
    began = time.monotonic()
    await asyncio.gather(*(work(number) for number in range(many)))
    return many / (time.monotonic() - began)
