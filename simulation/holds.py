"""Operators who hold back a connection for a while: then no request may reach it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio.service import RPCError

from activities.holds import Hold
from dispatch.holds import HoldNotConfirmed, hold, release
from simulation.books import BookEntry, seconds
from simulation.plan import Item
from simulation.server.clock import EPOCH

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

ON_ITS_WAY = 10.0 + 12.1
"""Virtual seconds in which a request may still arrive that was allowed before a hold: it may be
held up, and its way may be slow."""

ASKS_AGAIN = 600.0
"""Virtual seconds after which an operator asks again, for instance while no worker runs."""


@dataclass(frozen=True)
class HeldWindow:
    """A connection, and from when to when it was held (virtual seconds)."""

    connection: str
    begin: float
    end: float


class Holder:
    """Holds one connection back, at times; `windows` are those that were confirmed."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self.windows: list[HeldWindow] = []

    async def run(self) -> None:
        """Hold a connection, and release it until the release is confirmed."""
        choices, loop = self._world.choices, self._world.loop
        if not choices.happens("a connection is held", 0.3):
            return
        item = choices.pick("what is held", self._world.plan.items)
        await asyncio.sleep(choices.number("until hold", 0.0, 120.0))
        client, company = self._world.connect("operator"), UUID(item.company)
        wish = Hold(connection_id=UUID(item.connection), reason="a test", by="ops", since=EPOCH)
        begin = None
        try:
            await hold(client, company, wish, task_queue="push")
            begin = loop.time()
            self._world.trace.tell(f"operator: holds {item.connection}")
        except (RPCError, HoldNotConfirmed):
            self._world.trace.tell(f"operator: holds {item.connection}, perhaps")
        await asyncio.sleep(choices.number("held for", 1.0, 90.0))
        if begin is not None:
            self.windows.append(HeldWindow(item.connection, begin, loop.time()))
        while True:
            try:
                await release(client, company, wish.connection_id, None)
            except (RPCError, HoldNotConfirmed):
                await asyncio.sleep(ASKS_AGAIN)
                continue
            self._world.trace.tell(f"operator: releases {item.connection}")
            return


def sent_while_held(
    windows: list[HeldWindow], item: Item, requests: list[BookEntry]
) -> Iterator[str]:
    """Find requests of a push that arrived though their connection was held."""
    for window in windows:
        for request in requests:
            at = seconds(request["receivedAt"])
            is_held = window.begin + ON_ITS_WAY < at < window.end
            if item.connection == window.connection and is_held:
                yield f"held: push {item.number} sent a request at {at:.1f}, and {window}"
