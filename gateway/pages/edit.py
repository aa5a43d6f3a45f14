"""Edit and retry: a push's record mended on its page."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from activities.verdicts import judged
from codat.exact_json import MAX_VALUES, dumps, loads
from codat.models import Problem
from codat.turns import in_turn
from codat.validation.cache import CachedOptions
from gateway.api.operations import title_of
from gateway.api.parameters import CompanyId, PushKey
from gateway.api.pushes import checked, find, minutes_of
from gateway.auth import Role
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.pages.forms.render import record_from_form
from gateway.pages.login import LoginPages, is_wrong, shown_to, to_push
from gateway.pages.record_form import record_form
from gateway.pages.retry import ask_again, is_update
from gateway.pages.standing import with_present_values
from gateway.pages.update_review import NOTHING_CHANGES, Review, is_forced, reviewed
from gateway.rendering import page
from gateway.sessions import Session, remember
from gateway.snapshot import PushSnapshot
from workflows.models import PushRequest

DRAFT = "_draft"
"""The field of a form that is only to be shown: a browser kept it while nobody was logged in."""

_BASE = "_base"
"""The field of a form that was sent back: the record that it shows."""


class EditPages:
    """The form of a push that is to be mended, sharing the parts of the front door."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def edit(
        self,
        request: Request,
        company: CompanyId,
        key: PushKey,
        refreshed: bool = False,  # noqa: FBT001, FBT002, a parameter of the query
    ) -> Response:
        """Show the form of a push that is to be mended, with what was sent.

        `refreshed`: an update over the present values of its record.
        """
        session = self._visits.session_for(request, company, Role.PUSH)
        snapshot, asked, _ = await self._to_mend(company, key)
        record, message = asked.data, ""
        if refreshed and asked.record_id is not None:
            reads, ended = self._dependencies.reads, _ended(snapshot)
            record, message = await with_present_values(
                reads, asked.target, asked.record_id, asked.data, ended
            )
        cached, problems = await self._judged(asked, record)
        form = await self._form(asked, cached, record, problems)
        shown = _shown(snapshot, company, session, minutes=_earlier_minutes(snapshot))
        base = "" if record is asked.data else await in_turn(dumps, record)
        shown |= {"message": message, "base": base}
        answer = await in_turn(page, "new", **shown, form=form)
        return remember(answer, session, request)

    async def save(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Retry a push with what was typed; what was not touched stays as it was."""
        session = self._visits.session_for(request, company, Role.PUSH)
        fields = await self._visits.form(request, session)
        snapshot, asked, cached = await self._to_mend(company, key)
        typed = {"_minutes": _earlier_minutes(snapshot)} | dict(fields)
        before = await in_turn(shown_record, typed, asked.data)
        record = await in_turn(record_from_form, cached.document, fields, before)
        cached, problems = await self._judged(asked, record)
        message = await in_turn(_complaint, snapshot, record, typed["_minutes"])
        status = HTTPStatus.BAD_REQUEST if message else HTTPStatus.UNPROCESSABLE_ENTITY
        review = None
        if not (is_wrong(problems) or message or DRAFT in typed):
            review = await self._reviewed(asked, record, typed)
            status = HTTPStatus.OK
            if review and not review.may_start:
                message, status = NOTHING_CHANGES, HTTPStatus.UNPROCESSABLE_ENTITY
        if is_wrong(problems) or message or review or DRAFT in typed:
            form = await self._form(asked, cached, record, problems)
            base, minutes = await in_turn(dumps, record), typed["_minutes"]
            shown = _shown(snapshot, company, session, base=base, minutes=minutes, message=message)
            shown["review"] = review
            if is_update(asked):
                shown["force"] = is_forced(typed)
            status = HTTPStatus.OK if DRAFT in typed else status
            return await in_turn(page, "new", status, **shown, form=form)
        minutes = minutes_of(typed["_minutes"])
        await ask_again(
            self._dependencies,
            snapshot.push,
            session,
            data=record,
            timeout_in_minutes=minutes,
            waits_for_ever=minutes is None,
            force_update=is_forced(typed) if is_update(asked) else None,
        )
        return to_push(company, snapshot.push.push_id)

    async def _reviewed(
        self, asked: PushRequest, record: dict[str, Any], typed: dict[str, str]
    ) -> Review | None:
        """Say what an update changes, unless that was seen; None for another kind."""
        if asked.record_id is None:
            return None
        return await reviewed(self._dependencies, asked.target, asked.record_id, record, typed)

    async def _to_mend(
        self, company: UUID, key: UUID
    ) -> tuple[PushSnapshot, PushRequest, CachedOptions]:
        snapshot = await find(self._dependencies, company, key)
        if snapshot.request is None:
            raise HttpError(HTTPStatus.CONFLICT, "It is not known what this push was asked.")
        if not snapshot.request.push_kind.carries_record:
            raise HttpError(HTTPStatus.CONFLICT, "This push has no record that could be edited.")
        cached = await self._dependencies.options.get(snapshot.request.target)
        return snapshot, snapshot.request, cached

    async def _judged(
        self, asked: PushRequest, record: dict[str, Any]
    ) -> tuple[CachedOptions, list[Problem]]:
        is_update = asked.record_id is not None
        return await judged(self._dependencies.options.get, asked.target, record, update=is_update)

    async def _form(
        self,
        asked: PushRequest,
        cached: CachedOptions,
        record: dict[str, Any],
        problems: list[Problem],
    ) -> Markup:
        references, update = self._dependencies.references, asked.record_id is not None
        return await record_form(references, asked.target, cached, record, problems, update=update)


def shown_record(typed: dict[str, str], before: dict[str, Any]) -> dict[str, Any]:
    """Give the record that the page showed, where the form names it. Raises: HttpError 400."""
    try:
        shown = loads(typed[_BASE], most_values=MAX_VALUES) if _BASE in typed else before
    except ValueError:
        raise HttpError(HTTPStatus.BAD_REQUEST, "The form can't be read: load it again.") from None
    return cast("dict[str, Any]", shown) if isinstance(shown, dict) else before


def _earlier_minutes(snapshot: PushSnapshot) -> str:
    minutes = snapshot.request.timeout_in_minutes if snapshot.request else None
    return str(minutes or "")


def _complaint(snapshot: PushSnapshot, record: dict[str, Any], minutes: str) -> str:
    """Say what makes no push request of what was typed; nothing when all is well."""
    target = snapshot.request.target.model_dump() if snapshot.request else {}
    try:
        checked({**target, "data": record, "timeout_in_minutes": minutes_of(minutes)})
    except HttpError as error:
        return error.message
    return ""


def _shown(  # noqa: PLR0913, what the page shows
    snapshot: PushSnapshot,
    company: UUID,
    session: Session,
    *,
    minutes: str,
    base: str = "",
    message: str = "",
) -> dict[str, Any]:
    asked = snapshot.request
    return {
        **shown_to(session, company),
        "heading": f"Edit and retry: {title_of(snapshot)}",
        "button": "Retry with this",
        "back": f"/companies/{company}/pushes/{snapshot.push.push_id}",
        "base": base,
        "key": "",
        "minutes": minutes,
        "message": message,
        "changes": None,
        "force": bool(asked.force_update) if asked and is_update(asked) else None,
        "review": None,
    }


def _ended(snapshot: PushSnapshot) -> datetime | None:
    return snapshot.outcome.completed_on_utc if snapshot.outcome else None
