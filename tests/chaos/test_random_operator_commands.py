"""A walk through doors and faults at random: never two records, never a wrong word."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from dispatch.pushes import Push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster
from tests.support.protocol import MODES, protocol
from tests.support.temporal_commands import check, points, reset, start_again, terminate

SEEDS = 10

FAULTS = [
    {"fault": "commit-then-drop"},
    {"fault": "drop-before-commit"},
    {"fault": "commit-then-5xx", "status": 500},
    {"fault": "error-before-commit", "status": 500},
    {"fault": "slow-body", "seconds": 0.3},
    {"fault": "throttle", "retry_after": 0},
    {"fault": "conflict"},
    {"fault": "unauthorized"},
    {"fault": "refuse"},
    {"fault": "cut-body"},
    {"fault": "error-before-commit", "status": 400},
]

CONNECTIONS = [seeds.PROMPT, seeds.PROMPT, seeds.SYNCHRONOUS, seeds.REFUSING, seeds.SHAKY]


async def walk(here: Cluster, chance: random.Random) -> None:
    """Push once, by as many doors as chance has it."""
    connection = chance.choice(CONNECTIONS)
    for rule in chance.sample(FAULTS, chance.randrange(3)):
        path = f"/connections/{connection}/push"
        here.codat.fault(**rule, method="POST", path=path, nth=chance.choice([1, 1, 2]))
    push = await here.push(connection_id=connection)
    for _ in range(chance.randrange(4)):
        await asyncio.sleep(chance.choice([0, 0.02, 0.1, 0.3, 1]))
        await chance.choice(DOORS)(here, push, chance)
    check(here, await push.outcome())
    await chance.choice(DOORS)(here, push, chance)
    check(here, await push.outcome())


async def to_the_start(_here: Cluster, push: Push, _chance: random.Random) -> None:
    if await points(push):
        await reset(push)


async def to_any_event(_here: Cluster, push: Push, chance: random.Random) -> None:
    """Also one that a signal left behind while a request was under way."""
    try:
        await push.handle.signal("operation-updated", {})
        await asyncio.sleep(0.02)
    except Exception:  # noqa: BLE001  # it is over
        pass
    known = await points(push)
    if known:
        await reset(push, chance.choice(known))


async def twice_in_a_row(_here: Cluster, push: Push, chance: random.Random) -> None:
    known = await points(push)
    if known:
        run = (await push.describe()).run_id
        await reset(push, chance.choice(known), run)
        await reset(push, chance.choice(known), run)


async def start(here: Cluster, push: Push, _chance: random.Random) -> None:
    await start_again(push, here.task_queue)


async def start_mended(here: Cluster, push: Push, chance: random.Random) -> None:
    mended = record("chartOfAccounts", number=f"9{chance.randrange(10**6)}")
    await start_again(push, here.task_queue, data=mended)


async def end_it(_here: Cluster, push: Push, _chance: random.Random) -> None:
    await terminate(push)


Door = Callable[[Cluster, Push, random.Random], Awaitable[None]]
DOORS: list[Door] = [
    to_the_start,
    to_any_event,
    to_any_event,
    twice_in_a_row,
    start,
    start_mended,
    end_it,
]


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("mode", MODES)
async def test_no_walk_leads_to_a_second_record_or_a_wrong_word(devserver, mode, seed):
    chance = random.Random(f"{mode} {seed}")
    async with protocol(devserver, mode, echo_data=chance.random() < 0.5) as here:
        await walk(here, chance)
