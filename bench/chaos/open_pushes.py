"""What the pushes wait for that have not ended yet."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from temporalio.exceptions import TemporalError
from temporalio.service import RPCError

from bench.chaos.items import Item
from bench.chaos.sides import Ours

SHOW_EVERY = 30
"""Seconds after which the pushes that are still open are shown again."""

_AT_ONCE = 10
_MOST = 12
_ANSWER_WITHIN = 10


async def in_parallel(items: Iterable[Item], act: Callable[[Item], Awaitable[None]]) -> None:
    """Do something for each push, for a few at once."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def limited(item: Item) -> None:
        async with limit:
            await act(item)

    await asyncio.gather(*(limited(item) for item in items))


async def show_open(side: Ours, items: list[Item]) -> None:
    """Print how many are open, and of the first what each waits for."""

    async def ask(item: Item) -> None:
        waits = await _what_for(side, item)
        print(f"  push {item.number}, {item.data_type} to {item.place.name}: {waits}", flush=True)

    if items:
        print(f"{len(items)} pushes are open", flush=True)
        await in_parallel(items[:_MOST], ask)


async def _what_for(side: Ours, item: Item) -> str:
    with suppress(RPCError, TemporalError, TimeoutError):
        progress = await asyncio.wait_for(side.push(item).progress(), _ANSWER_WITHIN)
        if progress:
            at = f" until {progress.next_look_utc:%H:%M:%S}" if progress.next_look_utc else ""
            return f"{progress.stage}: {progress.waiting_for or progress.message}{at}"
    return "it does not say"
