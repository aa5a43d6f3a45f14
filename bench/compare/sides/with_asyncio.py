"""Plain asyncio: what is under way lives in the process, retries as the official SDK has them.

The SDK's default for every call, writes too: first pause 0.5 s, factor 1.5, at most 60 s, for an
hour, on 408, 429, 5xx and lost connections, and no idempotency key:
the description of the package codat-sync-for-payables, "Retries".
"""

import asyncio
import time
from collections.abc import Callable

import httpx

from bench.compare.sides import api
from bench.compare.sides.api import Order, Sent

HTTP = api.http()
HOUR = 3600
ENDED: dict[str, str] = {}
RUNNING: set[asyncio.Task[None]] = set()


async def ask(make: Callable[[], httpx.Request]) -> httpx.Response:
    """Send a request, again and again for an hour."""
    began, pause = time.monotonic(), 0.5
    while True:
        try:
            answer = await HTTP.send(make())
        except httpx.TransportError:
            if time.monotonic() - began > HOUR:
                raise
        else:
            again = answer.status_code in (408, 429) or answer.is_server_error
            if not again or time.monotonic() - began > HOUR:
                return answer.raise_for_status()
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 60)


async def push(order: Order) -> None:
    """Options, check, send, poll."""
    try:
        api.check(order, api.wanted(await ask(lambda: api.options(order))))
        sent = Sent.read(order, await ask(lambda: api.send(order, key=False)))
        while sent.status == "Pending":
            await asyncio.sleep(order.every)
            sent = Sent.read(order, await ask(lambda sent=sent: api.look(sent)))
        ENDED[order.id] = sent.status
    except (httpx.HTTPError, ValueError):
        ENDED[order.id] = "Failed"


async def start(order: Order) -> None:
    """Begin a push."""
    task = asyncio.create_task(push(order))
    RUNNING.add(task)
    task.add_done_callback(RUNNING.discard)


async def endings(names: list[str]) -> list[tuple[str, str]]:
    """Give those that have ended."""
    return [(name, ENDED.pop(name)) for name in names if name in ENDED]


if __name__ == "__main__":
    asyncio.run(api.Desk(start, endings).serve())
