"""The backend of a plan: it starts it, has people steer it, and mends what keeps it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from temporalio.service import RPCError

from dispatch.plans import NoSuchPlan, PlanWish, StartedPlan, start_plan
from simulation.plan import STORM
from simulation.plans.step_plan import StepPlan
from surepush_client.errors import PlanEnded
from workflows.plan.models import SUCCEEDED, PlanReport

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

ENDS_WITHIN = 3 * 3600.0
"""Virtual seconds after which a plan that nothing keeps has not ended and never will."""

KEPT_FOR = 1200.0
"""Virtual seconds for which a plan may wait for steps that nobody mends any more."""


@dataclass
class PlanBackend:
    """Whoever asked for a plan; `reports` are what it was told, and when (virtual seconds)."""

    world: "SimulatedWorld"
    plan: StepPlan
    reports: list[tuple[float, PlanReport]] = field(default_factory=list[tuple[float, PlanReport]])
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Start the plan at its time and follow it to its last end."""
        await asyncio.sleep(self.plan.at)
        started = await self._start()
        self.world.trace.name(started.workflow_id, self.plan.name)
        try:
            await self._steer(started)
            await self._follow(started)
        except TimeoutError:
            self.world.never_ended_plans.append(self.plan.number)
            self.world.trace.tell(f"{self.plan.name} never ends")
        finally:
            self.is_over.set()

    async def _start(self) -> StartedPlan:
        while True:
            try:
                client = self.world.connect("backend")
                return await start_plan(client, self.plan.request, task_queue="push")
            except (RPCError, NoSuchPlan):
                await asyncio.sleep(1)

    async def _steer(self, started: StartedPlan) -> None:
        """Ask for what people want of the plan, each at its time, until it is heard."""
        for at, wish in self.plan.wishes:
            await asyncio.sleep(max(self.plan.at + at - self.world.loop.time(), 0))
            await self._ask(started, wish)

    async def _ask(self, started: StartedPlan, wish: str) -> None:
        self.world.trace.tell(f"operator: {wish}, {self.plan.name}")
        while True:
            try:
                if wish == "terminate":
                    return await started.handle.terminate("simulation")
                return await started.steer(cast("PlanWish", wish))
            except NoSuchPlan:
                return None
            except RPCError as error:
                if "not found" in str(error) or "already completed" in str(error):
                    return None
                await asyncio.sleep(1)

    async def _follow(self, started: StartedPlan) -> None:
        """Wait for the end; once all is calm let it go on, and cancel what nobody mends.

        Raises: TimeoutError.
        """
        await self._ends_within(started, self._until_calm)
        await self._until_calm()
        if not self.reports or self.reports[-1][1].state != SUCCEEDED:
            await self._ask(started, "continue")
            if not await self._ends_within(started, self._while_kept):
                await self._ask(started, "cancel")
            async with asyncio.timeout(ENDS_WITHIN):
                await self._outcome(started)

    async def _ends_within(
        self, started: StartedPlan, most: Callable[[], Coroutine[None, None, None]]
    ) -> bool:
        """Wait for the plan's end, as long as `most` takes; tell whether it ended."""
        ended, late = asyncio.create_task(self._outcome(started)), asyncio.create_task(most())
        done, left = await asyncio.wait([ended, late], return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        return ended in done

    async def _while_kept(self) -> None:
        await asyncio.sleep(KEPT_FOR)

    async def _until_calm(self) -> None:
        late = max([STORM, *(step.last_press + 100 for step in self.plan.steps)])
        await asyncio.sleep(max(late + 5 - self.world.loop.time(), 0))
        await self.world.bulk.is_over.wait()

    async def _outcome(self, started: StartedPlan) -> PlanReport:
        while True:
            try:
                report = await started.outcome()
            except (RPCError, NoSuchPlan, PlanEnded):
                await asyncio.sleep(1)
                continue
            self.reports.append((self.world.loop.time(), report))
            self.world.trace.tell(f"backend: {self.plan.name} {report.state}: {report.counts}")
            return report
