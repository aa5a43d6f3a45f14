"""Retrying many pushes from the list: the plan, its start, and how far it is."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated, cast
from uuid import UUID

from fastapi import Path, Request
from starlette.responses import RedirectResponse, Response

from dispatch.bulk import Bulk, NoSuchBulk, Wish, start_bulk
from dispatch.bulk_plan import BulkPlan, make_plan
from dispatch.listing import pushes_named
from gateway.api.parameters import CompanyId
from gateway.auth import Role
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.pages.login import LoginPages, shown_to
from gateway.pages.resolve import MAX_WORDS, read_reason
from gateway.rendering import page
from gateway.sessions import remember

_GAP = 0.2
"""Seconds between two retries, as `bulk start` has it."""

_BulkId = Annotated[str, Path(alias="bulkId", pattern="^[0-9a-z]{1,16}$")]


class BulkPages:
    """Plan, start, look and steer; all pushes of a bulk are of the company in the path."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def plan(self, request: Request, company: CompanyId) -> Response:
        """Show what a retry of the selected pushes would do; nothing is done."""
        session = self._visits.session_for(request, company, Role.PUSH)
        plan = await self._plan(company, await self._visits.form(request, session))
        shown = shown_to(session, company)
        answer = page(
            "bulk_plan", **shown, plan=plan, minutes=len(plan.safe) * _GAP / 60, most=MAX_WORDS
        )
        return remember(answer, session, request)

    async def start(self, request: Request, company: CompanyId) -> Response:
        """Start the retry of what is still safe, and go to its page."""
        session = self._visits.session_for(request, company, Role.PUSH)
        fields = await self._visits.form(request, session)
        plan = await self._plan(company, fields)
        if plan.planned is None:
            raise HttpError(HTTPStatus.CONFLICT, "None of these pushes can be retried safely now.")
        reason = f"{read_reason(dict(fields))}; asked for on the list by {session.key.name}"
        bulk = await start_bulk(
            self._dependencies.temporal,
            [push.push_id for push in plan.safe],
            plan.planned,
            gap=_GAP,
            reason=reason,
            task_queue=self._dependencies.task_queue,
            company=company,
        )
        return _to_bulk(company, bulk.bulk_id)

    async def show(self, request: Request, company: CompanyId, bulk_id: _BulkId) -> Response:
        """Show how far a bulk is."""
        session = self._visits.session_for(request, company)
        report = await (await self._bulk(company, bulk_id)).report()
        answer = page("bulk", **shown_to(session, company), bulk_id=bulk_id, report=report)
        return remember(answer, session, request)

    async def steer(self, request: Request, company: CompanyId, bulk_id: _BulkId) -> Response:
        """Pause a bulk, let it go on, or stop it."""
        session = self._visits.session_for(request, company, Role.PUSH)
        wish = dict(await self._visits.form(request, session)).get("wish")
        if wish not in {"pause", "resume", "stop"}:
            raise HttpError(HTTPStatus.BAD_REQUEST, "A bulk can be paused, resumed or stopped.")
        bulk = await self._bulk(company, bulk_id)
        try:
            await bulk.steer(cast("Wish", wish))
        except NoSuchBulk as error:
            raise HttpError(HTTPStatus.CONFLICT, str(error)) from None
        return _to_bulk(company, bulk_id)

    async def _plan(self, company: UUID, fields: Iterable[tuple[str, str]]) -> BulkPlan:
        selected = {_uuid(value) for name, value in fields if name == "push"}
        if not selected:
            raise HttpError(HTTPStatus.BAD_REQUEST, "Select the pushes to retry.")
        found = await pushes_named(self._dependencies.temporal, selected)
        own = [push for push in found if push.company == str(company)]
        return await make_plan(self._dependencies.temporal, own)

    async def _bulk(self, company: UUID, bulk_id: str) -> Bulk:
        bulk = Bulk(self._dependencies.temporal, bulk_id)
        try:
            is_own = await bulk.company() == str(company)
        except NoSuchBulk:
            is_own = False
        if not is_own:
            raise HttpError(HTTPStatus.NOT_FOUND, f"There is no bulk {bulk_id}.")
        return bulk


def _to_bulk(company: UUID, bulk_id: str) -> Response:
    return RedirectResponse(f"/companies/{company}/pushes/bulk/{bulk_id}", HTTPStatus.SEE_OTHER)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HttpError(HTTPStatus.BAD_REQUEST, "A selected push has no valid id.") from None
