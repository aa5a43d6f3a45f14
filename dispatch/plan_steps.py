"""Starts the steps of a plan, each in the ordinary way as a push of its own."""

import asyncio
from typing import Any

from cachetools import LRUCache
from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from activities.payload_context import converter_of
from activities.plan_steps import (
    PlanExecution,
    PlanLink,
    StartStep,
    StartSteps,
    StepsStarted,
    StepStarted,
)
from dispatch.pushes import (
    IdempotencyKeyConflict,
    InvalidPushRequest,
    NoSuchPush,
    Push,
    request_of,
    start_push,
)
from workflows.input_errors import sentence_of
from workflows.models import PushRequest
from workflows.plan.graph import wanted
from workflows.plan.models import PlanRequest, PlanStep
from workflows.plan.references import resolved
from workflows.tell_plan import step_end

_AT_ONCE = 10
_MAX_KNOWN = 8


async def plan_of(client: Client, workflow_id: str, run_id: str | None = None) -> PlanRequest:
    """Read what a plan was asked; all of its runs have it. Raises: RPCError, ValueError."""
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id, run_id=run_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    payloads = first.workflow_execution_started_event_attributes.input.payloads
    (plan,) = await converter_of(client, workflow_id).decode(payloads, [PlanRequest])
    return plan


class _KnownPlan:
    """A plan, and what later steps need of each."""

    def __init__(self, plan: PlanRequest) -> None:
        self.plan = plan
        self.steps = {step.name: step for step in plan.steps}
        self._wants = wanted(plan)

    def link_of(self, name: str) -> PlanLink:
        """Give what ties the push of a step to the plan."""
        wants = self._wants.get(name, [])
        return PlanLink(plan_id=self.plan.plan_id, step=name, wants=wants)

    def request_of(self, step: PlanStep, ask: StartStep) -> PushRequest:
        """Make the push request of a step. Raises: ValidationError."""
        fields = resolved(self.plan.fields_of(step), ask.values)
        return PushRequest.model_validate({**fields, "plan": self.link_of(step.name)})


class StepStarter:
    """Starts steps; it reads their records where they are kept, in the plan's own input."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: LRUCache[str, _KnownPlan] = LRUCache(_MAX_KNOWN)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def start(self, ask: StartSteps, execution: PlanExecution) -> StepsStarted:
        """Start each step or join its push. Raises: RPCError; then it may be asked again."""
        known = await self._plan(execution)
        starts = [self._in_turn(known, step, execution) for step in ask.steps]
        return StepsStarted(steps=await asyncio.gather(*starts))

    async def _plan(self, execution: PlanExecution) -> _KnownPlan:
        known = self._known.get(execution.run_id)
        if known is None:
            known = _KnownPlan(await plan_of(self._client, execution.workflow_id, execution.run_id))
            self._known[execution.run_id] = known
        return known

    async def _in_turn(
        self, known: _KnownPlan, ask: StartStep, execution: PlanExecution
    ) -> StepStarted:
        async with self._turns:
            link = known.link_of(ask.name)
            if ask.look_at:
                return await self._look(link, Push(self._client, ask.look_at))
            return await self._start(known, ask, execution.task_queue)

    async def _start(self, known: _KnownPlan, ask: StartStep, task_queue: str) -> StepStarted:
        try:
            request = known.request_of(known.steps[ask.name], ask)
            push = await start_push(
                self._client,
                request,
                task_queue=task_queue,
                started_by=known.plan.started_by,
                is_eager=True,
            )
        except ValidationError as error:
            return StepStarted(name=ask.name, problem=f"It was not started: {sentence_of(error)}")
        except (IdempotencyKeyConflict, InvalidPushRequest) as error:
            return StepStarted(name=ask.name, problem=f"It was not started: {error}")
        if push.is_new:
            return StepStarted(name=ask.name, push_id=push.push_id, is_linked=True)
        found = await self._look(known.link_of(ask.name), push)
        # It may have told of its end a moment ago, when nobody waited for it: one more look.
        return found.model_copy(update={"is_linked": False})

    async def _look(self, link: PlanLink, push: Push) -> StepStarted:
        """Tell how a push stands that was started before."""
        try:
            description = await push.describe()
        except NoSuchPush as error:
            return StepStarted(name=link.step, push_id=push.push_id, problem=str(error))
        if description.status is WorkflowExecutionStatus.RUNNING:
            request = await request_of(push, description.run_id)
            is_linked = request.plan == link
            return StepStarted(name=link.step, push_id=push.push_id, is_linked=is_linked)
        end = step_end(link, push.push_id, await push.outcome())
        return StepStarted(name=link.step, push_id=push.push_id, end=end)
