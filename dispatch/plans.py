"""A plan from outside: start it, find it, steer it."""

import contextlib
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.paused_runs import is_paused
from codat.exact_json import dumps
from dispatch.connection_errors import meaning_of_first_use
from dispatch.payloads.encryption import encrypts
from dispatch.plan_difference import differences
from dispatch.plan_steps import plan_of
from dispatch.settings import DispatchSettings
from workflows.markdown import plain
from workflows.plan.attributes import plan_attributes
from workflows.plan.models import RUNNING, PlanReport, PlanRequest
from workflows.plan.progress import Progress

MAX_PLAN_BYTES = 1024 * 1024
"""Of a plan's JSON, where large payloads are not kept apart."""

_MAX_SAID = 10

PlanWish = Literal["hold", "continue", "cancel"]


class NoSuchPlan(LookupError):
    """There is no plan of that id, or the namespace has forgotten it."""


class PlanTooLarge(ValueError):
    """The plan does not fit into a payload."""


class PlanKeyConflict(ValueError):
    """The key belongs to another plan; the text names what differs."""


@dataclass(frozen=True)
class StartedPlan:
    """A plan that was started, here or elsewhere, now or earlier; `is_new`: here and now."""

    client: Client
    plan_id: UUID
    is_new: bool = False

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""
        return f"plan-{self.plan_id}"

    @property
    def handle(self) -> WorkflowHandle[Any, PlanReport]:
        """Its workflow, whichever run is the latest."""
        return self.client.get_workflow_handle(self.workflow_id, result_type=PlanReport)

    async def describe(self) -> WorkflowExecutionDescription:
        """Ask what Temporal knows of its latest run. Raises: NoSuchPlan, RPCError."""
        try:
            return await self.handle.describe()
        except RPCError as error:
            raise self._missing(error) from None

    async def report(self) -> PlanReport:
        """Tell how it stands; a worker answers while it goes on. Raises: NoSuchPlan, RPCError."""
        described = await self.describe()
        if is_paused(described):
            return await self._as_asked("paused in Temporal")
        if described.status is WorkflowExecutionStatus.RUNNING:
            asked = await self.handle.query("progress", result_type=PlanReport)
            return asked or await self._as_asked(RUNNING)
        return await self.outcome()

    async def outcome(self) -> PlanReport:
        """Wait for its end; every ending is data. Raises: NoSuchPlan, RPCError."""
        try:
            return await self.handle.result()
        except RPCError as error:
            raise self._missing(error) from None
        except WorkflowFailureError as error:
            cause = error.cause
        if isinstance(cause, ApplicationError) and cause.type == "PlanNotDone" and cause.details:
            return PlanReport.model_validate(cause.details[0])
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
            raise self._missing(error) from None

    async def _start_again(self, described: WorkflowExecutionDescription) -> None:
        plan = await plan_of(self.client, self.workflow_id)
        # Where somebody else was quicker, theirs is this plan too.
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await _start(
                self.client,
                plan.model_copy(update={"resume": None}),
                described.task_queue,
                WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            )

    def _missing(self, error: RPCError) -> Exception:
        is_missing = error.status is RPCStatusCode.NOT_FOUND and not meaning_of_first_use(error)
        return NoSuchPlan(f"There is no plan {self.plan_id} under way.") if is_missing else error


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
    try:
        await _start(client, ours, queue, WorkflowIDReusePolicy.REJECT_DUPLICATE)
    except WorkflowAlreadyStartedError:
        await _check_same(started, plan)
        return started
    return replace(started, is_new=True)


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


async def _start(
    client: Client, plan: PlanRequest, task_queue: str | None, policy: WorkflowIDReusePolicy
) -> None:
    await client.start_workflow(
        "plan",
        plan,
        id=plan.workflow_id,
        task_queue=task_queue or DispatchSettings().task_queue,
        id_reuse_policy=policy,
        search_attributes=plan_attributes(plan, is_encrypted=encrypts(client)),
        static_summary=plain(f"plan {plan.key}: {len(plan.steps)} steps"[:200]),
        priority=Priority(fairness_key=str(plan.company_id)),
    )


async def _check_same(started: StartedPlan, plan: PlanRequest) -> None:
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
