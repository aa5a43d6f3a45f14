"""An operator who retries many pushes at once."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from temporalio.service import RPCError, RPCStatusCode

from dispatch.bulk import Bulk, start_bulk

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

PATIENCE = 3 * 3600.0
"""Virtual seconds after which a bulk that has not ended never does."""


class BulkOperator:
    """Starts one bulk of retries, at times; `is_over` is set when no retry comes of it any more."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self.is_over = asyncio.Event()

    async def run(self) -> None:
        """Retry some pushes, perhaps stopping or pausing the bulk on the way."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self._world.choices.happens("a bulk of retries", 0.25):
                    await asyncio.sleep(self._world.choices.number("until bulk", 60.0, 230.0))
                    await self._retry()
        except TimeoutError:
            self._world.server.failed_tasks.append("a bulk of retries never ends")
        finally:
            self.is_over.set()

    async def _retry(self) -> None:
        world = self._world
        pushes = [
            item.request.push_id
            for item in world.plan.items
            if item.is_here
            and item.at < world.loop.time()
            and world.choices.happens("push in bulk", 0.6)
        ]
        client = world.connect("operator")
        now = datetime.fromtimestamp(world.clock.now_ns() / 1e9, UTC)
        try:
            bulk = await start_bulk(client, pushes, now, gap=0.5, task_queue="push")
        except RPCError:
            return
        world.trace.tell(f"operator: a bulk retries {len(pushes)} pushes")
        await self._steer(bulk)
        while True:
            with contextlib.suppress(RPCError):
                report = await bulk.report(wait=True)
                counts = {word: len(some) for word, some in report.results.items()}
                world.trace.tell(f"operator: the bulk is {report.state}: {counts}")
                return

    async def _steer(self, bulk: Bulk) -> None:
        choices = self._world.choices
        if choices.happens("the bulk is paused", 0.3):
            await asyncio.sleep(choices.number("until bulk pause", 0.0, 3.0))
            await self._ask(bulk, "pause")
            await asyncio.sleep(choices.number("bulk pause", 1.0, 60.0))
            await self._ask(bulk, "resume")

    async def _ask(self, bulk: Bulk, signal: str) -> None:
        """Signal until it is heard; a bulk that is over needs it no more."""
        handle = bulk.client.get_workflow_handle(bulk.workflow_id)
        while True:
            try:
                return await handle.signal(signal)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
