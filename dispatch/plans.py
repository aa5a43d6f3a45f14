"""A plan from outside: start it, find it, steer it."""

from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.service import RPCError

from activities.paused_runs import is_paused
from codat.exact_json import dumps
from dispatch.connection_errors import meaning_of_first_use
from dispatch.payloads.encryption import encrypts
from dispatch.plan_difference import differences
from dispatch.plan_steps import plan_of
from dispatch.settings import DispatchSettings
from surepush_client import plans as client_plans
from surepush_client.errors import NoSuchPlan, PlanKeyConflict, PlanTooLarge
from surepush_client.starts import start_once
from workflows.markdown import plain
from workflows.plan.attributes import plan_attributes
from workflows.plan.models import RUNNING, PlanReport, PlanRequest
from workflows.plan.progress import Progress

__all__ = [
    "MAX_PLAN_BYTES",
    "NoSuchPlan",
    "PlanKeyConflict",
    "PlanTooLarge",
    "PlanWish",
    "StartedPlan",
    "check_same",
    "check_size",
    "find_plan",
    "plan_options",
    "start_plan",
]

MAX_PLAN_BYTES = 1024 * 1024
"""Of a plan's JSON, where large payloads are not kept apart."""

_MAX_SAID = 10

PlanWish = Literal["hold", "continue", "cancel"]


@dataclass(frozen=True)
class StartedPlan(client_plans.StartedPlan):
    """A plan of the application's own, which tells its steps also where its workflow does not."""

    async def report(self) -> PlanReport:
        """Tell how it stands; a worker answers while it goes on. Raises: NoSuchPlan, RPCError."""
        described = await self.describe()
        if is_paused(described):
            return await self._as_asked("paused in Temporal")
        if described.status is WorkflowExecutionStatus.RUNNING:
            asked = await self.handle.query("progress", result_type=PlanReport)
            return asked or await self._as_asked(RUNNING)
        return await self.outcome()

    async def report_of_closed_run(self, error: WorkflowFailureError) -> PlanReport:
        """Give the steps that were asked for, and how the run was ended."""
        _ = error
        status = (await self.describe()).status
        word = status.name.lower().replace("_", " ") if status else "ended"
        return await self._as_asked(f"{word} in Temporal")

    async def _as_asked(self, state: str) -> PlanReport:
        """Give the steps that were asked for where nobody tells how they stand."""
        plan = await plan_of(self.client, self.workflow_id)
        return Progress(plan).report.model_copy(update={"state": state})

    async def steer(self, wish: PlanWish) -> None:
        """Hold it, cancel it, or let it go on, also after its end.

        Raises: NoSuchPlan, also when there is nothing to hold or cancel; RPCError.
        """
        described = await self.describe()
        is_running = described.status is WorkflowExecutionStatus.RUNNING
        if wish == "continue" and not is_running:
            if described.status is not WorkflowExecutionStatus.COMPLETED:
                await self._start_again(described)
            return
        try:
            await self.handle.signal(wish)
        except RPCError as error:
            raise self.missing(error) from None

    async def _start_again(self, described: WorkflowExecutionDescription) -> None:
        plan = await plan_of(self.client, self.workflow_id)
        # Where somebody else was quicker, theirs is this plan too.
        await start_once(
            self.client,
            "plan",
            plan.model_copy(update={"resume": None}),
            task_queue=described.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            **plan_options(self.client, plan),
        )

    def missing(self, error: RPCError) -> Exception:
        """Give NoSuchPlan, but the server's own error where it is the namespace that is missing."""
        return error if meaning_of_first_use(error) else super().missing(error)


async def start_plan(
    client: Client,
    plan: PlanRequest,
    *,
    task_queue: str | None = None,
    started_by: str | None = None,
) -> StartedPlan:
    """Start a plan as `read_plan` gives it, or join the one that has its key.

    `started_by` is the name of the API key that asked for it. Raises: PlanKeyConflict when the key
    belongs to another plan, PlanTooLarge, RPCError.
    """
    check_size(client, plan)
    started = StartedPlan(client, plan.plan_id)
    ours = plan.model_copy(update={"started_by": started_by, "resume": None})
    queue = task_queue or DispatchSettings().task_queue
    if await start_once(client, "plan", ours, task_queue=queue, **plan_options(client, ours)):
        return replace(started, is_new=True)
    await check_same(started, plan)
    return started


async def find_plan(client: Client, plan_id: UUID) -> StartedPlan:
    """Find the plan of that id. Raises: NoSuchPlan, RPCError."""
    await StartedPlan(client, plan_id).describe()
    return StartedPlan(client, plan_id)


def check_size(client: Client, plan: PlanRequest) -> None:
    """Raise PlanTooLarge for a plan that can't be started from here."""
    if client.data_converter.external_storage is not None:
        return
    size = len(dumps(plan.content).encode())
    if size > MAX_PLAN_BYTES:
        raise PlanTooLarge(
            f"The plan has {size} bytes; at most {MAX_PLAN_BYTES} fit into a payload. Set "
            "PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET for every process, or make several plans."
        )


def plan_options(client: Client, plan: PlanRequest) -> dict[str, Any]:
    """Give the id of a plan's workflow, what it is found by and its place in the queue."""
    return {
        "id": plan.workflow_id,
        "search_attributes": plan_attributes(plan, is_encrypted=encrypts(client)),
        "static_summary": plain(f"plan {plan.key}: {len(plan.steps)} steps"[:200]),
        "priority": Priority(fairness_key=str(plan.company_id)),
    }


async def check_same(started: StartedPlan, plan: PlanRequest) -> None:
    """Raise PlanKeyConflict, which names what differs, unless it was started as this plan."""
    try:
        known = await plan_of(started.client, started.workflow_id)
    except ValueError:
        raise PlanKeyConflict(f"The key {plan.key} was used for what is no plan.") from None
    different = list(differences(known, plan))
    if different:
        more = f"; and {len(different) - _MAX_SAID:,} more" if len(different) > _MAX_SAID else ""
        raise PlanKeyConflict(
            f"The key {plan.key} belongs to another plan, {plan.plan_id}: "
            f"{'; '.join(different[:_MAX_SAID])}{more}. Use a new key for a new plan."
        )
