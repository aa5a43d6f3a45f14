"""Codat's webhooks, as the front door takes them: lost, doubled, early or late."""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio.service import RPCError

from codat.webhooks import Webhooks
from gateway.webhooks import Receiver
from simulation.plan import STORM

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

LOOKS_EACH = 2.0
"""Virtual seconds between looks for new operations."""


class WebhookSource:
    """Reports each operation that the platform has made, to the front door's own receiver."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self._receiver = Receiver(world.connect("front door"), Webhooks(None))
        self._reports: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Report for as long as things go wrong."""
        world, last = self._world, 0
        if not world.choices.happens("there are webhooks", 0.5):
            return
        while world.loop.time() < STORM:
            await asyncio.sleep(LOOKS_EACH)
            for entry in world.platform.emulator.journal(since=last):
                last = entry["number"]
                if entry["method"] != "GET" and entry["pushOperationKey"]:
                    self._report(UUID(entry["pushOperationKey"]))
        await asyncio.gather(*self._reports)

    def _report(self, operation: UUID) -> None:
        choices = self._world.choices
        for _ in range(choices.pick("copies of a webhook", (0, 1, 1, 2, 3))):
            delay = choices.number("webhook", 0.0, choices.pick("how late", (0.1, 3.0, 60.0)))
            task = asyncio.get_running_loop().create_task(self._arrive(operation, delay))
            self._reports.append(task)

    async def _arrive(self, operation: UUID, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            is_known = await self._receiver._hint(operation)  # noqa: SLF001
        except RPCError:
            return
        heard = "is heard" if is_known else "comes too early"
        self._world.trace.tell(f"a webhook about operation {str(operation)[:8]} {heard}")
