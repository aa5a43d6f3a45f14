"""Which pushes the plans of a run have started, and as what."""

import asyncio
from typing import TYPE_CHECKING

from codat.exact_json import loads
from simulation.plan import Item
from simulation.plans.step_plan import step_name
from simulation.server.run import Run
from workflows.models import PushRequest

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld


class Steps:
    """Notices each step when its push begins."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self._items = {
            (str(plan.request.plan_id), step_name(step)): step
            for plan in world.plan.step_plans
            for step in plan.steps
        }
        self._begun = {step.number: asyncio.Event() for step in self._items.values()}
        if self._items:
            world.server.watch = self._saw

    async def is_begun(self, item: Item) -> bool:
        """Wait until a plan starts a step; False when the plan ends without that."""
        (over,) = [
            backend.is_over for backend in self._world.plans if backend.plan.name == item.plan
        ]
        waits = [asyncio.create_task(event.wait()) for event in (self._begun[item.number], over)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return item.is_here

    def _saw(self, run: Run) -> None:
        if run.start.workflow_type.name != "push":
            return
        asked = loads(run.start.input.payloads[0].data)
        link = asked.get("plan") if isinstance(asked, dict) else None
        if not link:
            return
        item = self._items[link["planId"], link["step"]]
        if item.started is None:
            item.started = PushRequest.model_validate(asked)
            self._world.trace.name(run.workflow_id, f"push {item.number}")
            self._begun[item.number].set()
