"""Plans over HTTP: start one, read how it stands, steer it."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request

from codat.exact_json import MAX_VALUES, loads
from codat.turns import in_turn
from dispatch.plans import (
    NoSuchPlan,
    PlanKeyConflict,
    PlanTooLarge,
    PlanWish,
    StartedPlan,
    start_plan,
)
from gateway.api.parameters import REFUSED, CompanyId
from gateway.api.routes import PushApi
from gateway.auth import CALLER, key_name
from gateway.dependencies import Dependencies
from gateway.errors import HttpError, Json
from workflows.attributes import COMPANY_ID
from workflows.plan.check import InvalidPlan, read_plan
from workflows.plan.models import PlanReport, PlanRequest
from workflows.plan.progress import Progress

PlanId = Annotated[UUID, Path(alias="planId")]

_STARTED = 202

_STEP: dict[str, Any] = {
    "type": "object",
    "required": ["name", "dataType", "data"],
    "description": "A push; in place of a value it may have "
    '{"$ref": "STEP#/POINTER"}, a JSON pointer into what an earlier step made.',
    "properties": {
        "name": {"type": "string", "maxLength": 64},
        "after": {"type": "array", "items": {"type": "string"}},
        "connectionId": {"type": "string", "format": "uuid"},
        "dataType": {"type": "string"},
        "data": {"type": "object"},
    },
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["key", "steps"],
                    "properties": {
                        "key": {"type": "string", "minLength": 1, "maxLength": 180},
                        "connectionId": {"type": "string", "format": "uuid"},
                        "onFailure": {"enum": ["wait", "stop", "skip"], "default": "wait"},
                        "steps": {"type": "array", "minItems": 1, "items": _STEP},
                    },
                }
            }
        },
    }
}


class PlanApi:
    """The endpoints of plans, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._dependencies = dependencies

    async def start(self, http: Request, company: CompanyId) -> Json:
        """Start a plan, or join the one that has its key; answered at once."""
        plan = await in_turn(_plan, await http.body(), company)
        try:
            started = await start_plan(
                self._dependencies.temporal,
                plan,
                task_queue=self._dependencies.task_queue,
                started_by=key_name(http.scope[CALLER]),
            )
        except PlanKeyConflict as error:
            raise HttpError(422, str(error)) from None
        except PlanTooLarge as error:
            raise HttpError(413, str(error)) from None
        report = Progress(plan).report if started.is_new else await started.report()
        return await in_turn(Json, report, _STARTED)

    async def read(self, company: CompanyId, plan_id: PlanId) -> Json:
        """Read how a plan and each of its steps stand."""
        plan = await owned_plan(self._dependencies, company, plan_id)
        return await in_turn(Json, await plan.report())

    async def steer(self, company: CompanyId, plan_id: PlanId, wish: PlanWish) -> Json:
        """Hold a plan, let it go on, or cancel it."""
        plan = await owned_plan(self._dependencies, company, plan_id)
        await steered(plan, wish)
        return await in_turn(Json, await plan.report(), _STARTED)


async def owned_plan(dependencies: Dependencies, company: UUID, plan_id: UUID) -> StartedPlan:
    """Find a company's plan; another company's is none. Raises: HttpError 404."""
    plan = StartedPlan(dependencies.temporal, plan_id)
    try:
        described = await plan.describe()
    except NoSuchPlan:
        described = None
    if described is None or described.typed_search_attributes.get(COMPANY_ID) != str(company):
        raise HttpError(404, f"There is no plan {plan_id}.")
    return plan


async def steered(plan: StartedPlan, wish: PlanWish) -> None:
    """Hold, cancel or continue a plan. Raises: HttpError 409 where there is nothing to steer."""
    try:
        await plan.steer(wish)
    except NoSuchPlan:
        raise HttpError(409, f"The plan has ended: there is nothing to {wish}.") from None


def _plan(body: bytes, company: UUID) -> PlanRequest:
    try:
        given = loads(body, most_values=MAX_VALUES)
    except ValueError as error:
        raise HttpError(400, f"The body is no plan: {error}") from None
    if not isinstance(given, dict):
        raise HttpError(400, "The body must be a JSON object, a plan.")
    asked = cast("dict[str, object]", given)
    if asked.get("companyId", str(company)) != str(company):
        raise HttpError(400, "companyId: it is another company than the path names.")
    unknown = {"startedBy", "resume"} & asked.keys()
    if unknown:
        raise HttpError(400, f"{', '.join(sorted(unknown))}: there is no such field.")
    try:
        return read_plan({**asked, "companyId": str(company)})
    except InvalidPlan as error:
        raise HttpError(400, str(error)) from None


def plan_routes(dependencies: Dependencies) -> APIRouter:
    """Give the router of plans."""
    api, authorize = PlanApi(dependencies), PushApi(dependencies).authorize
    router = APIRouter(dependencies=[Depends(authorize)], responses=REFUSED, tags=["Plans"])
    plans = "/companies/{companyId}/plans"
    for path, method, endpoint, status, extra in (
        (plans, "POST", api.start, _STARTED, _BODY),
        (f"{plans}/{{planId}}", "GET", api.read, 200, None),
        (f"{plans}/{{planId}}/{{wish}}", "POST", api.steer, _STARTED, None),
    ):
        router.add_api_route(
            path,
            endpoint,
            methods=[method],
            status_code=status,
            response_model=PlanReport,
            openapi_extra=extra,
        )
    return router
