"""Start a plan, or join it, and wait for its end."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from surepush_client.errors import (
    InvalidPlanRequest,
    NoSuchPlan,
    PlanEnded,
    PlanKeyConflict,
    PlanTooLarge,
)
from surepush_client.plan_models import PlanReport, PlanRequest
from surepush_client.pushes import TASK_QUEUE, refusal_of
from surepush_client.starts import input_of, start_once

_TOO_LARGE = ("Blob data size exceeds limit", "larger than max")
"""What the server says of a payload of more than 2 MB, and of a request of more than 4 MB."""


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
            raise self.missing(error) from None

    async def outcome(self) -> PlanReport:
        """Wait for its end; every ending is data.

        Raises: NoSuchPlan, InvalidPlanRequest, PlanEnded where it was ended from outside, RPCError.
        """
        try:
            return await self.handle.result()
        except RPCError as error:
            raise self.missing(error) from None
        except WorkflowFailureError as error:
            return report_of(error.cause) or await self.report_of_closed_run(error)

    async def report_of_closed_run(self, error: WorkflowFailureError) -> PlanReport:
        """Give the report where the latest run did not tell it."""
        refused = refusal_of(error)
        if refused:
            raise InvalidPlanRequest(refused) from None
        raise PlanEnded(f"The plan was ended from outside: {error.cause}") from None

    def missing(self, error: RPCError) -> Exception:
        """Give NoSuchPlan where the server knows no such workflow; else its own error."""
        is_missing = error.status is RPCStatusCode.NOT_FOUND
        return NoSuchPlan(f"There is no plan {self.plan_id} under way.") if is_missing else error


async def start_plan(
    client: Client, plan: PlanRequest, task_queue: str = TASK_QUEUE
) -> StartedPlan:
    """Start a plan, or join the one that has its key.

    Raises: PlanKeyConflict where the key belongs to another plan, PlanTooLarge, RPCError.
    """
    started = StartedPlan(client, plan.plan_id)
    try:
        is_new = await start_once(client, "plan", plan, id=plan.workflow_id, task_queue=task_queue)
    except RPCError as error:
        raise _meaning(error) from None
    if is_new:
        return replace(started, is_new=True)
    known = await input_of(client, plan.workflow_id)
    if _content(known) != plan.content:
        raise PlanKeyConflict(
            f"The key {plan.key} belongs to another plan, {plan.plan_id}. Use a new key for a new "
            "plan."
        )
    return started


def _meaning(error: RPCError) -> Exception:
    """Give PlanTooLarge where the server, or the message to it, does not take so large a plan."""
    if not any(words in error.message for words in _TOO_LARGE):
        return error
    return PlanTooLarge(
        "The plan is too large for Temporal. Start it with `starter.py plan start` where "
        "PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET is set, or make several plans."
    )


def _content(given: dict[str, Any]) -> dict[str, Any] | None:
    """Read what a caller asked for; None where that was no plan."""
    names = {field.alias or name for name, field in PlanRequest.model_fields.items()}
    try:
        return PlanRequest.model_validate({n: given[n] for n in given.keys() & names}).content
    except ValidationError:
        return None


def report_of(cause: BaseException | None) -> PlanReport | None:
    """Read the report of a plan that did not succeed; None where it was ended from outside."""
    if isinstance(cause, ApplicationError) and cause.type == "PlanNotDone" and cause.details:
        return PlanReport.model_validate(cause.details[0])
    return None
