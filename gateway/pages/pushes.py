"""Pages for people: the form of a new push, a push as it goes on, the list of pushes."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from activities.candidate_records import CandidateRecord
from activities.verdicts import judged
from codat.models import PushTarget
from codat.turns import in_turn
from dispatch.candidates import sent_record
from gateway.api.operations import record_of, title_of
from gateway.api.parameters import CompanyId, ConnectionId, PushKey
from gateway.api.pushes import checked, find, minutes_of, start_or_join
from gateway.auth import Role
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.option_changes import OptionChangesReader
from gateway.pages.bulk import BulkPages
from gateway.pages.edit import DRAFT, EditPages
from gateway.pages.forms.render import record_from_form
from gateway.pages.holds import HoldPages
from gateway.pages.listing import ListPages
from gateway.pages.live import EVENTS, Live
from gateway.pages.login import LoginPages, is_wrong, shown_to, to_push
from gateway.pages.overview import OverviewPage
from gateway.pages.record_form import record_form
from gateway.pages.retry import RetryPages
from gateway.rendering import page
from gateway.sessions import Session, remember
from gateway.snapshot import PushSnapshot

_DataTypePath = Annotated[str, Path(alias="dataType")]


class Pages:
    """The pages about pushes, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits
        self._live = Live(dependencies)
        self._changes = OptionChangesReader(
            dependencies.temporal, dependencies.task_queue, dependencies.meter
        )

    async def new(
        self, request: Request, company: CompanyId, connection: ConnectionId, kind: _DataTypePath
    ) -> Response:
        """Show the form of a new push, made from what the platform wants."""
        session = self._visits.session_for(request, company, Role.PUSH)
        target = _target(company, connection, kind)
        cached = await self._dependencies.options.get(target)
        form = await record_form(self._dependencies.references, target, cached)
        about = _about_new(session, target)
        about["changes"] = await self._changes.of(target, cached)
        answer = await in_turn(page, "new", **about, form=form)
        return remember(answer, session, request)

    async def create(
        self, request: Request, company: CompanyId, connection: ConnectionId, kind: _DataTypePath
    ) -> Response:
        """Start a push and go to its page; on errors show what was typed."""
        session = self._visits.session_for(request, company, Role.PUSH)
        fields = await self._visits.form(request, session)
        target, typed = _target(company, connection, kind), dict(fields)
        cached = await self._dependencies.options.get(target)
        record = await in_turn(record_from_form, cached.document, fields)
        message, status, problems = "", HTTPStatus.OK, []
        if DRAFT not in typed:
            cached, problems = await judged(
                self._dependencies.options.get, target, record, update=False
            )
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            if not is_wrong(problems):
                try:
                    push_id = await self._start(target, record, typed, session)
                    return to_push(company, push_id)
                except HttpError as error:
                    message, status = error.message, error.status
        form = await record_form(self._dependencies.references, target, cached, record, problems)
        shown = {"key": typed.get("_key", ""), "minutes": typed.get("_minutes", "")}
        about = _about_new(session, target) | shown | {"message": message}
        return await in_turn(page, "new", status, **about, form=form)

    async def show(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Show a push as it stands; the page follows it while it goes on."""
        session = self._visits.session_for(request, company)
        snapshot = await find(self._dependencies, company, key)
        shown = await self._live.values(snapshot, company, session)
        ui, ours = self._dependencies.settings.temporal_ui, snapshot.push
        where = f"namespaces/{self._dependencies.temporal.namespace}/workflows/{ours.workflow_id}"
        answer = await in_turn(
            page,
            "push",
            **shown,
            live=await self._live.fragment(shown),
            title=title_of(snapshot),
            temporal=f"{str(ui).rstrip('/')}/{where}" if ui else "",
            record=record_of(snapshot.request),
            stands=await self._standing(snapshot),
            candidates=await self._candidates(snapshot),
        )
        return remember(answer, session, request)

    async def _standing(self, snapshot: PushSnapshot) -> object:
        """Give the record as it stands: as the operation told it, or else as the books have it."""
        outcome, asked = snapshot.outcome, snapshot.request
        if outcome is None or asked is None or outcome.data is not None:
            return outcome.data if outcome else None
        ids = [record.id for record in outcome.records if record.id]
        return await self._dependencies.books.record(asked.target, ids[0]) if ids else None

    async def _candidates(self, snapshot: PushSnapshot) -> list[CandidateRecord]:
        """Give the records that a push of unclear ending may have written, beside what was sent."""
        sent = sent_record(snapshot.request)
        if sent is None or snapshot.outcome is None:
            return []
        return await self._dependencies.books.candidates(sent, snapshot.outcome.candidates)

    async def events(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Stream the push's page as it changes."""
        session = self._visits.session_for(request, company)
        return self._live.stream(await find(self._dependencies, company, key), company, session)

    async def _start(
        self,
        target: PushTarget,
        record: Any,  # noqa: ANN401, JSON is anything
        typed: dict[str, str],
        session: Session,
    ) -> UUID:
        request = checked(
            {
                **target.model_dump(),
                "data": record,
                # Made with the form: sending it twice starts one push.
                "idempotency_key": typed.get("_key"),
                "timeout_in_minutes": minutes_of(typed.get("_minutes", "")),
            }
        )
        return (await start_or_join(self._dependencies, request, session.key)).push_id


def page_routes(dependencies: Dependencies, visits: LoginPages) -> APIRouter:
    """Give the router of all pages."""
    pages = Pages(dependencies, visits)
    retry_pages, edit_pages = RetryPages(dependencies, visits), EditPages(dependencies, visits)
    overview = OverviewPage(dependencies, visits)
    holds = HoldPages(dependencies, visits, overview.forget)
    list_pages, bulk_pages = ListPages(dependencies, visits), BulkPages(dependencies, visits)
    router = APIRouter(include_in_schema=False)
    new = "/companies/{companyId}/connections/{connectionId}/push/{dataType:path}/new"
    pushes = "/companies/{companyId}/pushes"
    push = f"{pushes}/{{pushOperationKey}}"
    for method, path, endpoint in (
        ("GET", "/", overview.show),
        ("POST", "/companies/{companyId}/holds/release", holds.release),
        ("GET", "/go", visits.go),
        ("GET", "/login", visits.login),
        ("POST", "/login", visits.log_in),
        ("POST", "/logout", visits.log_out),
        ("GET", "/docs", visits.docs),
        ("GET", new, pages.new),
        ("POST", new, pages.create),
        ("GET", pushes, list_pages.listing),
        ("POST", f"{pushes}/plan", bulk_pages.plan),
        ("POST", f"{pushes}/bulk", bulk_pages.start),
        ("GET", f"{pushes}/bulk/{{bulkId}}", bulk_pages.show),
        ("POST", f"{pushes}/bulk/{{bulkId}}", bulk_pages.steer),
        ("GET", push, pages.show),
        ("GET", EVENTS, pages.events),
        ("POST", f"{push}/retry", retry_pages.retry),
        ("POST", f"{push}/refresh", retry_pages.refresh),
        ("POST", f"{push}/settle", retry_pages.settle),
        ("GET", f"{push}/edit", edit_pages.edit),
        ("POST", f"{push}/edit", edit_pages.save),
    ):
        router.add_api_route(path, endpoint, methods=[method], response_model=None)
    return router


def _target(company: UUID, connection: UUID, kind: str) -> PushTarget:
    fields = {"company_id": company, "connection_id": connection, "data_type": kind}
    return checked({**fields, "data": {}}).target


def _about_new(session: Session, target: PushTarget) -> dict[str, Any]:
    return {
        **shown_to(session, target.company_id),
        "heading": f"New push of {target.data_type}",
        "button": "Push it",
        "back": f"/companies/{target.company_id}/pushes",
        "base": "",
        "key": uuid4(),
        "minutes": "",
        "message": "",
        "changes": None,
        "force": None,
        "review": None,
    }
