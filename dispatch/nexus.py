"""The Nexus service `push` on a worker: workflows of another namespace start pushes and plans."""

from typing import NoReturn
from uuid import UUID

from nexusrpc import HandlerError, HandlerErrorType, OperationError, OperationErrorState
from nexusrpc.handler import StartOperationContext, service_handler, sync_operation
from pydantic import ValidationError
from temporalio import nexus
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from codat.models import PushStatus
from dispatch.ending import ending_of
from dispatch.plans import (
    PlanKeyConflict,
    PlanTooLarge,
    StartedPlan,
    check_same,
    check_size,
    plan_options,
)
from dispatch.pushes import (
    IdempotencyKeyConflict,
    InvalidPushRequest,
    NoSuchPush,
    Push,
    check_record,
)
from dispatch.retries import StillRunning, retry_push
from dispatch.start_options import options_of, start_memo
from surepush_client import models
from surepush_client import plan_models as client_plans
from surepush_client.nexus import PushRetry, PushService
from workflows.input_errors import sentence_of
from workflows.models import PushOutcome, PushRequest
from workflows.plan.check import InvalidPlan, read_plan
from workflows.plan.models import SUCCEEDED, PlanReport, PlanRequest

RUNNING = WorkflowExecutionStatus.RUNNING


@service_handler(service=PushService)
class PushServiceHandler:
    """Carries out the operations with the worker's own client."""

    @nexus.temporal_operation
    async def start(
        self,
        _: nexus.TemporalStartOperationContext,
        starting: nexus.TemporalNexusClient,
        given: models.PushRequest,
    ) -> nexus.TemporalOperationResult[PushOutcome]:
        """Start a push, or join it: the operation ends when the push does."""
        request = _checked(given)
        push = Push(nexus.client(), request.push_id)
        try:
            started = await starting.start_workflow(
                "push",
                request,
                id=push.workflow_id,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                result_type=PushOutcome,
                **options_of(push.client, request, start_memo(push.client, request)),
            )
        except WorkflowAlreadyStartedError:  # it is over
            await _check(push, request)
            return nexus.TemporalOperationResult[PushOutcome].sync(_unless_failed(await _end(push)))
        await _check(push, request)
        return started

    @nexus.temporal_operation
    async def plan(
        self,
        _: nexus.TemporalStartOperationContext,
        starting: nexus.TemporalNexusClient,
        given: client_plans.PlanRequest,
    ) -> nexus.TemporalOperationResult[PlanReport]:
        """Start a plan, or join it: the operation ends when the plan does."""
        client, plan = nexus.client(), _checked_plan(nexus.client(), given)
        known = StartedPlan(client, plan.plan_id)
        try:
            started = await starting.start_workflow(
                "plan",
                plan,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                result_type=PlanReport,
                **plan_options(client, plan),
            )
        except WorkflowAlreadyStartedError:  # it is over
            await _check_plan(known, plan)
            report = _unless_incomplete(await known.outcome())
            return nexus.TemporalOperationResult[PlanReport].sync(report)
        await _check_plan(known, plan)
        return started

    @sync_operation
    async def outcome(
        self, _: StartOperationContext, given: models.PushReference
    ) -> PushOutcome | None:
        """Read how a push ended; None while it runs."""
        push = Push(nexus.client(), _id_of(given))
        try:
            is_running = (await push.describe()).status is RUNNING
            return None if is_running else await _end(push)
        except NoSuchPush as error:
            raise _not_found(error) from None

    @sync_operation
    async def retry(self, _: StartOperationContext, given: PushRetry) -> None:
        """Start an ended push again."""
        push = Push(nexus.client(), _id_of(given))
        try:
            await retry_push(push, data=given.data, reason=given.reason)
        except NoSuchPush as error:
            raise _not_found(error) from None
        except (InvalidPushRequest, StillRunning, ValidationError) as error:
            _refuse(sentence_of(error) if isinstance(error, ValidationError) else str(error))


def _checked(given: models.PushRequest) -> PushRequest:
    _id_of(given)
    try:
        return PushRequest.model_validate(given.model_dump())
    except ValidationError as error:
        _refuse(sentence_of(error))


def _id_of(given: models.PushReference) -> UUID:
    try:
        return given.push_id
    except ValueError as error:
        _refuse(str(error))


async def _check(push: Push, request: PushRequest) -> None:
    try:
        await check_record(push, request)
    except (IdempotencyKeyConflict, InvalidPushRequest) as error:
        _refuse(str(error))


async def _end(push: Push) -> PushOutcome:
    """Read the outcome of the latest run, which is over."""
    try:
        return await ending_of(push, (await push.describe()).run_id)
    except InvalidPushRequest as error:
        _refuse(str(error))


def _unless_failed(outcome: PushOutcome) -> PushOutcome:
    """Give the outcome of a success; fail the operation as the workflow's own end would."""
    if outcome.status is not PushStatus.SUCCESS:
        _fail(outcome.message, outcome, f"Push{outcome.status}")
    return outcome


def _checked_plan(client: Client, given: client_plans.PlanRequest) -> PlanRequest:
    try:
        plan = read_plan(given.content)
        check_size(client, plan)
    except (InvalidPlan, PlanTooLarge) as error:
        _refuse(str(error))
    return plan


async def _check_plan(known: StartedPlan, plan: PlanRequest) -> None:
    try:
        await check_same(known, plan)
    except PlanKeyConflict as error:
        _refuse(str(error))


def _unless_incomplete(report: PlanReport) -> PlanReport:
    """Give the report where all steps succeeded; fail the operation as the workflow would."""
    if report.state != SUCCEEDED:
        _fail(f"The plan {report.state}.", report, "PlanNotDone")
    return report


def _fail(message: str, detail: object, kind: str) -> NoReturn:
    cause = ApplicationError(message, detail, type=kind, non_retryable=True)
    raise OperationError(message, state=OperationErrorState.FAILED) from cause


def _refuse(reason: str) -> NoReturn:
    raise HandlerError(reason, type=HandlerErrorType.BAD_REQUEST) from None


def _not_found(error: NoSuchPush) -> HandlerError:
    return HandlerError(str(error), type=HandlerErrorType.NOT_FOUND)
