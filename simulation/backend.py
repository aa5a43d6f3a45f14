"""The backend of one push: it starts it, asks how it ended, and asks for it again."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio.client import Client
from temporalio.service import RPCError

from dispatch.pushes import NoSuchPush, Push, start_push
from dispatch.retries import StillRunning, retry_push
from simulation.books import Books
from simulation.plan import STORM, Item
from workflows.models import PushOutcome, Resolution

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

PATIENCE = 3 * 3600.0
"""Virtual seconds after which a push that has not ended never does."""


@dataclass
class ReportedOutcome:
    """What a backend was told of its push, and when (virtual seconds)."""

    at: float
    outcome: PushOutcome


class Backend:
    """Whoever asked for a push."""

    def __init__(self, world: "SimulatedWorld", item: Item) -> None:
        self._world = world
        self._item = item

    async def run(self) -> None:
        """Start the push at its time; retry it as often as the plan says, then ask a last time."""
        item, world = self._item, self._world
        await asyncio.sleep(item.at)
        push = await self._step() if item.plan else await self._start(world.connect("backend"))
        if push is None:
            return
        world.trace.name(push.workflow_id, f"push {item.number}")
        try:
            async with asyncio.timeout(PATIENCE):
                for attempt in range(item.retries + 1):
                    outcome = await self._outcome(push)
                    if outcome.status == "Success" or attempt == item.retries:
                        break
                    await asyncio.sleep(world.choices.number("until retry", 0.1, 400.0))
                    await self._retry(push, outcome)
                await self._last_outcome(push)
        except TimeoutError:
            world.never_ended.append(item.number)
            world.trace.tell(f"push {item.number} never ends")

    async def _step(self) -> Push | None:
        """Wait until a plan starts the push; None when the plan ends without that."""
        is_here = await self._world.steps.is_begun(self._item)
        client = self._world.connect("backend")
        return Push(client, self._item.request.push_id) if is_here else None

    async def _start(self, client: Client) -> Push:
        while True:
            try:
                return await start_push(client, self._item.request, task_queue="push")
            except (RPCError, NoSuchPush):
                await asyncio.sleep(1)

    async def _outcome(self, push: Push) -> PushOutcome:
        while True:
            try:
                outcome = await push.outcome()
            except (RPCError, NoSuchPush):
                await asyncio.sleep(1)
                continue
            reported = ReportedOutcome(self._world.loop.time(), outcome)
            self._world.outcomes.setdefault(self._item.number, []).append(reported)
            ended = f"push {self._item.number} is {outcome.status}: {outcome.message}"
            self._world.trace.tell(f"backend: {ended}")
            return outcome

    async def _retry(self, push: Push, outcome: PushOutcome) -> None:
        number, resolution = self._item.number, None
        is_unclear = outcome.status == "Unknown" and outcome.submitted
        if is_unclear and self._world.choices.happens(f"a person looks after push {number}", 0.4):
            resolution = await self._look_into_books()
        given = f" with {resolution.model_dump(exclude_none=True)}" if resolution else ""
        self._world.trace.tell(f"backend: retries push {number}{given}")
        reason = "looked" if resolution else None
        with contextlib.suppress(StillRunning, RPCError, NoSuchPush, ValueError):
            await retry_push(push, task_queue="push", settlement=resolution, reason=reason)

    async def _look_into_books(self) -> Resolution:
        """Find out, as late as nothing can come any more, whether the record is there."""
        await asyncio.sleep(400)
        own = Books(self._world.platform.emulator).records(self._item)
        if own:
            return Resolution(adopt=UUID(own[0]["pushOperationKey"]), by="operator")
        return Resolution(not_written=True, by="operator")

    async def _last_outcome(self, push: Push) -> None:
        """Ask again when the storm is over and people have done what they do to this push."""
        last = max([STORM, *(self._item.at + at + 100 for at, _ in self._item.presses)])
        if self._item.aimed:
            last = max(last, STORM + 100)
        await asyncio.sleep(max(last + 5 - self._world.loop.time(), 0))
        await self._world.bulk.is_over.wait()
        await self._outcome(push)
