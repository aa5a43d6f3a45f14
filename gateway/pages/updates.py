"""The form of an update: begun from the record as it stands, reviewed, then started."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from activities.verdicts import judged
from codat.exact_json import dumps
from codat.turns import in_turn
from gateway.api.parameters import CompanyId, ConnectionId, RecordId
from gateway.api.pushes import checked, minutes_of, start_or_join
from gateway.auth import Role
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.pages.edit import DRAFT, shown_record
from gateway.pages.forms.render import record_from_form
from gateway.pages.login import LoginPages, is_wrong, shown_to, to_push
from gateway.pages.record_form import record_form
from gateway.pages.standing import standing
from gateway.pages.update_review import NOTHING_CHANGES, is_forced, reviewed
from gateway.rendering import page
from gateway.sessions import Session, remember
from workflows.models import PushRequest

_FORM = "/companies/{companyId}/connections/{connectionId}/push/{dataType}/{recordId:path}/update"
_WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
_DataTypePath = Annotated[str, Path(alias="dataType")]


class UpdatePages:
    """The form of an update, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def new(
        self,
        request: Request,
        company: CompanyId,
        connection: ConnectionId,
        kind: _DataTypePath,
        record_id: RecordId,
    ) -> Response:
        """Show the form with the record as it stands."""
        session = self._visits.session_for(request, company, Role.PUSH)
        asked = _asked(company, connection, kind, record_id)
        record, trouble = await standing(self._dependencies.reads, asked.target, record_id)
        shown = {"message": trouble, "base": await in_turn(dumps, record)}
        answer = await self._page(asked, session, HTTPStatus.OK, record, **shown)
        return remember(answer, session, request)

    async def create(
        self,
        request: Request,
        company: CompanyId,
        connection: ConnectionId,
        kind: _DataTypePath,
        record_id: RecordId,
    ) -> Response:
        """Show what the typed update changes; start it once that was seen."""
        session = self._visits.session_for(request, company, Role.PUSH)
        fields = await self._visits.form(request, session)
        asked, typed = _asked(company, connection, kind, record_id), dict(fields)
        cached = await self._dependencies.options.get(asked.target)
        before = await in_turn(shown_record, typed, {})
        record = await in_turn(record_from_form, cached.document, fields, before)
        shown = await in_turn(_typed, typed, record)
        if DRAFT in typed:
            return await self._page(asked, session, HTTPStatus.OK, record, **shown)
        _, shown["problems"] = await judged(
            self._dependencies.options.get, asked.target, record, update=True
        )
        if is_wrong(shown["problems"]):
            return await self._page(asked, session, _WRONG, record, **shown)
        review = await reviewed(self._dependencies, asked.target, record_id, record, typed)
        if review:
            status = HTTPStatus.OK if review.may_start else _WRONG
            shown |= {"review": review, "message": "" if review.may_start else NOTHING_CHANGES}
            return await self._page(asked, session, status, record, **shown)
        try:
            return to_push(company, await self._start(asked, record, typed, session))
        except HttpError as error:
            shown["message"], status = error.message, HTTPStatus(error.status)
        return await self._page(asked, session, status, record, **shown)

    async def _start(
        self, asked: PushRequest, record: dict[str, Any], typed: dict[str, str], session: Session
    ) -> UUID:
        request = checked(
            {
                **asked.target.model_dump(),
                "record_id": asked.record_id,
                "data": record,
                # Made with the form: sending it twice starts one push.
                "idempotency_key": typed.get("_key"),
                "timeout_in_minutes": minutes_of(typed.get("_minutes", "")),
                "force_update": is_forced(typed) or None,
            }
        )
        return (await start_or_join(self._dependencies, request, session.key)).push_id

    async def _page(
        self,
        asked: PushRequest,
        session: Session,
        status: HTTPStatus,
        record: dict[str, Any],
        **shown: Any,  # noqa: ANN401, whatever the template shows
    ) -> Response:
        cached = await self._dependencies.options.get(asked.target)
        references, problems = self._dependencies.references, shown.pop("problems", ())
        form = await record_form(references, asked.target, cached, record, problems, update=True)
        about = _about(session, asked) | shown
        return await in_turn(page, "new", status, **about, form=form)


def update_routes(dependencies: Dependencies, visits: LoginPages) -> APIRouter:
    """Give the router of the form of an update."""
    pages = UpdatePages(dependencies, visits)
    router = APIRouter(include_in_schema=False)
    for method, endpoint in (("GET", pages.new), ("POST", pages.create)):
        router.add_api_route(_FORM, endpoint, methods=[method], response_model=None)
    return router


def _asked(company: UUID, connection: UUID, kind: str, record_id: str) -> PushRequest:
    fields = {"company_id": company, "connection_id": connection, "data_type": kind}
    return checked({**fields, "record_id": record_id, "data": {"id": record_id}})


def _typed(typed: dict[str, str], record: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": typed.get("_key", ""),
        "minutes": typed.get("_minutes", ""),
        "base": dumps(record),
        "force": is_forced(typed),
    }


def _about(session: Session, asked: PushRequest) -> dict[str, Any]:
    return {
        **shown_to(session, asked.company_id),
        "heading": f"Update {asked.record_id} of {asked.data_type}",
        "button": "Push this update",
        "back": f"/companies/{asked.company_id}/pushes",
        "base": "",
        "key": uuid4(),
        "minutes": "",
        "message": "",
        "changes": None,
        "force": False,
        "review": None,
    }
