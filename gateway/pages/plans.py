"""The page of a plan: its graph and its steps, which it follows while the plan goes on."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from codat.turns import in_turn
from dispatch.plans import PlanWish, StartedPlan
from gateway.api.parameters import CompanyId
from gateway.api.plans import PlanId, owned_plan, steered
from gateway.auth import Role
from gateway.dependencies import Dependencies
from gateway.pages.follow import CALM, END, event_stream, has_news, history_of, state_event
from gateway.pages.login import LoginPages, shown_to
from gateway.pages.plan_graph import HEIGHT, WIDTH, picture_of
from gateway.rendering import fragment, page
from gateway.sessions import Session, remember
from workflows.plan.models import (
    HELD,
    SUCCEEDED,
    WAITING,
    PlanReport,
    StepReport,
    StepStatus,
)

PLAN_PAGE = "/companies/{companyId}/plans/{planId}/page"
PLAN_EVENTS = f"{PLAN_PAGE}/events"

MAX_LISTED = 80
"""Steps in the table: a page has at most 100 KB."""

_WISHES = {"hold": "Hold", "continue": "Continue", "cancel": "Cancel"}


class PlanPages:
    """The pages about plans, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def show(self, request: Request, company: CompanyId, plan_id: PlanId) -> Response:
        """Show a plan as it stands."""
        session = self._visits.session_for(request, company)
        plan = await owned_plan(self._dependencies, company, plan_id)
        report = await plan.report()
        client, ui = self._dependencies.temporal, self._dependencies.settings.temporal_ui
        where = f"namespaces/{client.namespace}/workflows/{plan.workflow_id}"
        answer = await in_turn(
            page,
            "plan",
            **shown_to(session, company),
            key=report.key,
            plan_id=plan_id,
            here=_page_of(company, plan_id),
            is_over=report.is_over,
            temporal=f"{str(ui).rstrip('/')}/{where}" if ui else "",
            live=await self._fragment(report, company, session),
        )
        return remember(answer, session, request)

    async def events(self, request: Request, company: CompanyId, plan_id: PlanId) -> Response:
        """Stream the plan's page as it changes."""
        session = self._visits.session_for(request, company)
        plan = await owned_plan(self._dependencies, company, plan_id)
        return event_stream(self._changes(plan, company, session))

    async def steer(
        self, request: Request, company: CompanyId, plan_id: PlanId, wish: PlanWish
    ) -> Response:
        """Hold the plan, let it go on, or cancel it; then show it."""
        session = self._visits.session_for(request, company, Role.PUSH)
        await self._visits.form(request, session)
        await steered(await owned_plan(self._dependencies, company, plan_id), wish)
        return RedirectResponse(_page_of(company, plan_id), HTTPStatus.SEE_OTHER)

    async def _changes(
        self, plan: StartedPlan, company: UUID, session: Session
    ) -> AsyncIterator[str]:
        run, history = "", None
        while True:
            described = await plan.describe()
            # A long plan goes on in another run; the old one has no more news.
            if history is None or described.run_id != run:
                run = described.run_id
                history = history_of(plan.client, plan.workflow_id, run)
            if not await has_news(history, session, self._dependencies.closing):
                return
            report = await plan.report()
            yield await state_event(await self._fragment(report, company, session))
            if report.is_over:
                yield END
                return
            await asyncio.sleep(CALM)

    async def _fragment(self, report: PlanReport, company: UUID, session: Session) -> Markup:
        return await in_turn(
            fragment,
            "plan_live",
            report=report,
            picture=picture_of(report),
            steps=_most_urgent(report),
            colour=_colour(report),
            wishes=[(wish, _WISHES[wish]) for wish in _possible(report)],
            company=company,
            session=session,
            here=_page_of(company, report.plan_id),
            width=WIDTH,
            height=HEIGHT,
        )


def _page_of(company: UUID, plan_id: UUID) -> str:
    return f"/companies/{company}/plans/{plan_id}/page"


def _most_urgent(report: PlanReport) -> list[StepReport]:
    """Give the steps to list: of a long plan first what needs a person, then what is under way."""
    if len(report.steps) <= MAX_LISTED:
        return list(report.steps)
    first = [StepStatus.UNKNOWN, StepStatus.TIMED_OUT, StepStatus.FAILED, StepStatus.PENDING]
    places = {status: place for place, status in enumerate(first)}
    places[StepStatus.SUCCESS] = len(StepStatus)
    return sorted(report.steps, key=lambda step: places.get(step.status, len(first)))[:MAX_LISTED]


def _colour(report: PlanReport) -> str:
    """Give the status of a push that has the same colour."""
    if report.state == SUCCEEDED:
        return "Success"
    return "Failed" if report.is_over or report.state == WAITING else "Pending"


def _possible(report: PlanReport) -> list[str]:
    if report.is_over:
        return [] if report.state == SUCCEEDED else ["continue"]
    return ["continue", "cancel"] if report.state == HELD else ["hold", "continue", "cancel"]


def plan_page_routes(dependencies: Dependencies, visits: LoginPages) -> APIRouter:
    """Give the router of plans' pages."""
    pages, router = PlanPages(dependencies, visits), APIRouter(include_in_schema=False)
    routes: tuple[tuple[str, str, Any], ...] = (
        ("GET", PLAN_PAGE, pages.show),
        ("GET", PLAN_EVENTS, pages.events),
        ("POST", f"{PLAN_PAGE}/{{wish}}", pages.steer),
    )
    for method, path, endpoint in routes:
        router.add_api_route(path, endpoint, methods=[method], response_model=None)
    return router
