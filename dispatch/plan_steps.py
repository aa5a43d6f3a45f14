"""Starts the steps of a plan, each in the ordinary way as a push of its own."""

import asyncio
from typing import Any
from uuid import UUID

from cachetools import LRUCache
from pydantic import ValidationError
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.payload_context import converter_of
from activities.plan_steps import (
    PlanExecution,
    PlanLink,
    StartStep,
    StartSteps,
    StepsStarted,
    StepStarted,
)
from dispatch.plan_task import PlanTask
from dispatch.plan_waits import ShortWaits
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

TELL_PLAN = "tell-plan"

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
        self._waits = ShortWaits()

    async def start(self, ask: StartSteps, execution: PlanExecution) -> StepsStarted:
        """Start each step or join its push.

        Raises: RPCError, ApplicationError `TooLate`; then it may be asked again.
        """
        known = await self._plan(execution)
        may_wait, task = bool(ask.may_wait), PlanTask(self._client, execution, ask.task_began)
        starts = [
            self._look_at(known, step, step.look_at)
            if step.look_at
            else self._start(known, step, task, may_wait=may_wait)
            for step in ask.steps
        ]
        return StepsStarted(steps=await asyncio.gather(*starts))

    async def _plan(self, execution: PlanExecution) -> _KnownPlan:
        known = self._known.get(execution.run_id)
        if known is None:
            known = _KnownPlan(await plan_of(self._client, execution.workflow_id, execution.run_id))
            self._known[execution.run_id] = known
        return known

    async def _start(
        self, known: _KnownPlan, ask: StartStep, task: PlanTask, *, may_wait: bool
    ) -> StepStarted:
        try:
            request = known.request_of(known.steps[ask.name], ask)
            is_awaited = may_wait and self._waits.is_worth(request)
            async with self._turns:
                await task.check()
                push = await start_push(
                    self._client,
                    request,
                    task_queue=task.plan.task_queue,
                    started_by=known.plan.started_by,
                    is_eager=True,
                    is_awaited=is_awaited,
                )
        except ValidationError as error:
            return StepStarted(name=ask.name, problem=f"It was not started: {sentence_of(error)}")
        except (IdempotencyKeyConflict, InvalidPushRequest) as error:
            return StepStarted(name=ask.name, problem=f"It was not started: {error}")
        link = known.link_of(ask.name)
        if not push.is_new:
            return await self._look(link, push)
        if not is_awaited:
            if may_wait:
                self._waits.learn(push, request)
            return StepStarted(name=ask.name, push_id=push.push_id, is_linked=True)
        outcome = await self._waits.outcome(push, request)
        if outcome is None:
            return await self._look(link, push)
        end = step_end(link, push.push_id, outcome)
        return StepStarted(name=ask.name, push_id=push.push_id, end=end)

    async def _look_at(self, known: _KnownPlan, ask: StartStep, push_id: UUID) -> StepStarted:
        async with self._turns:
            return await self._look(known.link_of(ask.name), Push(self._client, push_id))

    async def _look(self, link: PlanLink, push: Push) -> StepStarted:
        """Tell how a push stands that was started before; one that goes on will tell of its end."""
        while True:
            try:
                run = await push.describe()
            except NoSuchPush as error:
                return StepStarted(name=link.step, push_id=push.push_id, problem=str(error))
            if run.status is not WorkflowExecutionStatus.RUNNING:
                end = step_end(link, push.push_id, await push.outcome())
                return StepStarted(name=link.step, push_id=push.push_id, end=end)
            is_linked = (await request_of(push, run.run_id)).plan == link
            if not is_linked or await _will_tell(push, run.run_id):
                return StepStarted(name=link.step, push_id=push.push_id, is_linked=is_linked)


async def _will_tell(push: Push, run_id: str) -> bool:
    """Ask a run to tell its plan of its end, once more if it has; False where it has ended."""
    run = push.client.get_workflow_handle(push.workflow_id, run_id=run_id)
    try:
        await run.signal(TELL_PLAN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
