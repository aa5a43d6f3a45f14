"""Table 1, trust: all sides under one storm, and what the books say of each afterwards."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass

from bench.chaos.books import EmulatorClient, JournalEntry
from bench.chaos.faults import rules
from bench.chaos.items import Item
from bench.chaos.places import company, connection
from bench.chaos.plan import Wanted, make_plan
from bench.compare.side import KINDS, Side
from bench.compare.sides.api import Order
from bench.servers import Servers
from bench.tables import table

CALM = 15
"""Seconds after the storm in which the platform misbehaves on."""

MAX_SECONDS = 110
"""Seconds that a push may take after the last fault: the longest pause of Temporal's own retries
is 100 s, of Celery's visibility time-out here 60 s, of Procrastinate's round 60 s."""

BLOWS = (
    (0.15, "worker 0"),
    (0.30, "emulator"),
    (0.40, "worker 1"),
    (0.55, "server"),
    (0.65, "worker 0"),
    (0.80, "emulator"),
    (0.85, "worker 1"),
    (0.95, "server"),
)
"""When in the storm (its length is 1) what is killed with SIGKILL; it is back a second later."""

DOWN = 1.0
HEADS = (
    "side",
    "pushes",
    "records",
    "duplicates",
    "lost",
    "wrong",
    "not ended",
    "gave up",
    "unknown",
)
"""Lost: told Success and there is no record. Wrong: told Failed and its record is in the books."""

WAITS = {
    "PUSH_POLL_FIRST": "PT2S",
    "PUSH_POLL_CAP": "PT4S",
    # Ours looks for a lost push as long as a late one may still come: here requests are processed
    # and listed within seconds, not minutes.
    "PUSH_FIND_FOR": "PT30S",
    "CODAT_READ_TIMEOUT": "PT3S",
}


@dataclass
class Figures:
    """What became of the pushes of one side."""

    pushes: int
    records: int
    duplicates: int = 0
    lost: int = 0
    wrong: int = 0
    never: int = 0
    gave_up: int = 0
    unknown: int = 0


async def measure(servers: Servers, pushes: int) -> None:
    """Print the table: half of the pushes where keys are honoured, half where they are not."""
    for seed, mode in enumerate(("honoured", "ignored"), start=1):
        wanted = Wanted(pushes // 2, seed, mode, echo=False, plain=False, brief=True)
        found = await _storm(servers, wanted)
        table(
            f"1. Trust: {wanted.pushes} pushes a side, idempotency keys {mode} by the API",
            HEADS,
            [(name, *vars(figures).values()) for name, figures in found.items()],
        )


async def _storm(servers: Servers, wanted: Wanted) -> dict[str, Figures]:
    items = [item for item in make_plan(wanted).items if item.record_id is None]
    settings = {**WAITS, "CODAT_IDEMPOTENCY": wanted.mode}
    sides = [Side(kind, servers, settings) for kind in KINDS]
    async with EmulatorClient(servers.ports.emulator) as books:
        await books.settings(idempotency=wanted.mode, echo_data=False, rules="off")
        try:
            await asyncio.gather(*(side.open(workers=2) for side in sides))
            for side in sides:
                await books.open(_label(side, wanted))
                await books.misbehave(rules(wanted, _label(side, wanted)))
            await _rage(servers, sides, items, wanted)
            await _settled(sides, items, wanted, CALM)
            await books.behave()
            await _settled(sides, items, wanted, MAX_SECONDS)
            await books.land()
            return {
                side.name: _judge(side, items, wanted, await books.ledger(_label(side, wanted)))
                for side in sides
            }
        finally:
            await asyncio.gather(*(side.close() for side in sides))


async def _rage(servers: Servers, sides: list[Side], items: list[Item], wanted: Wanted) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def at(moment: float) -> None:
        await asyncio.sleep(began + moment - loop.time())

    async def begin(side: Side, item: Item) -> None:
        await at(item.at)
        await side.start(_order(side, item, wanted))

    async def blows() -> None:
        for part, what in BLOWS:
            await at(part * wanted.storm)
            await strike(servers, sides, what)

    async with asyncio.TaskGroup() as tasks:
        for side in sides:
            for item in items:
                tasks.create_task(begin(side, item))
        tasks.create_task(blows())


async def strike(servers: Servers, sides: list[Side], what: str) -> None:
    """Kill the same thing on all sides at once, and bring it back."""
    if what.startswith("worker"):
        index = int(what.split()[1])
        await asyncio.gather(*(side.kill_worker(index) for side in sides))
        await asyncio.sleep(DOWN)
        await asyncio.gather(*(side.start_worker(index) for side in sides))
        return
    names = ["emulator"] if what == "emulator" else ["temporal", "postgres", "redis"]
    await asyncio.gather(*(servers.kill(name) for name in names))
    await asyncio.sleep(DOWN)
    await asyncio.gather(*(servers.start(name) for name in names))


async def _settled(sides: list[Side], items: list[Item], wanted: Wanted, within: float) -> None:
    names = {side.name: [_name(side, item, wanted) for item in items] for side in sides}
    # What plain asyncio has forgotten is not waited for.
    patient = [side for side in sides if side.kind.worker]
    await asyncio.gather(*(side.wait(names[side.name], within) for side in patient))


def _label(side: Side, wanted: Wanted) -> str:
    return f"{side.name} {wanted.mode}"


def _name(side: Side, item: Item, wanted: Wanted) -> str:
    return f"{_label(side, wanted)} {item.key}"


def _order(side: Side, item: Item, wanted: Wanted) -> Order:
    label = _label(side, wanted)
    place = f"/companies/{company(label)}/connections/{connection(label, item.place)}"
    path = f"{place}/push/{item.data_type}"
    return Order(_name(side, item, wanted), path, item.data, minutes=item.minutes)


def _judge(side: Side, items: list[Item], wanted: Wanted, ledger: list[JournalEntry]) -> Figures:
    """Hold what a side says of its pushes against the books; twins may take each other's place."""
    figures = Figures(len(items), len(ledger))
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.marker].append(item)
    texts = [str(record["data"]) for record in ledger]
    for mark, group in groups.items():
        records = sum(mark in text for text in texts)
        ended = [side.endings.get(_name(side, member, wanted)) for member in group]
        statuses = Counter(ending[0] if ending else "never" for ending in ended)
        _count(figures, group, records, statuses)
    return figures


def _count(figures: Figures, group: list[Item], records: int, statuses: Counter[str]) -> None:
    denied = max(0, min(records, len(group)) - (len(group) - statuses["Failed"]))
    figures.duplicates += max(0, records - len(group))
    figures.lost += max(0, statuses["Success"] - records)
    figures.wrong += denied
    figures.never += statuses["never"]
    figures.unknown += statuses["Unknown"]
    if group[0].place.name != "refusing":
        figures.gave_up += statuses["Failed"] - denied
