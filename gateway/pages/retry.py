"""Pages that ask again for a push: as it was, or mended."""

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
from dispatch.pushes import InvalidPushRequest, Push
from dispatch.retries import StillRunning, retry_push
from gateway.api.operations import title_of
from gateway.api.parameters import CompanyId, PushKey
from gateway.api.pushes import checked, find, minutes_of
from gateway.auth import Role, key_name
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.pages.forms.render import record_from_form
from gateway.pages.login import LoginPages, is_wrong, shown_to, to_push
from gateway.pages.record_form import record_form
from gateway.pages.resolve import read_reason, read_word
from gateway.rendering import page
from gateway.sessions import Session, remember
from gateway.snapshot import PushSnapshot
from workflows.models import PushRequest

DRAFT = "_draft"
"""The field of a form that is only to be shown: a browser kept it while nobody was logged in."""

_BASE = "_base"
"""The field of a form that was sent back: the record that it shows."""


class RetryPages:
    """Retry, and edit and retry."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def retry(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Ask again for a push that did not succeed."""
        session = self._visits.session_for(request, company, Role.PUSH)
        await self._visits.form(request, session)
        snapshot = await find(self._dependencies, company, key)
        await self._retry(snapshot.push, session)
        return to_push(company, snapshot.push.push_id)

    async def settle(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Ask again for a push whose ending is unclear, on somebody's word of what became of it."""
        session = self._visits.session_for(request, company, Role.RESOLVE)
        typed = dict(await self._visits.form(request, session))
        snapshot = await find(self._dependencies, company, key)
        settlement, why = read_word(snapshot, typed, _who(session)), read_reason(typed)
        if settlement.not_written and self._dependencies.settings.confirm_not_written:
            run, who = snapshot.description.run_id, _who(session)
            first = self._dependencies.first_words.confirm(run, who, why)
            if first is None:
                return to_push(company, snapshot.push.push_id)
            why = f"{first.reason} ({first.who}); {why} ({who})"
            settlement = settlement.model_copy(update={"by": f"{first.who} and {who}"})
        await self._retry(snapshot.push, session, why=why, settlement=settlement)
        return to_push(company, snapshot.push.push_id)

    async def edit(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Show the form of a push that is to be mended, with what was sent."""
        session = self._visits.session_for(request, company, Role.PUSH)
        snapshot, asked, _ = await self._to_mend(company, key)
        cached, problems = await self._judged(asked, asked.data)
        form = await self._form(asked, cached, asked.data, problems)
        shown = _shown(snapshot, company, session, minutes=_earlier_minutes(snapshot))
        answer = await in_turn(page, "new", **shown, form=form)
        return remember(answer, session, request)

    async def save(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Retry a push with what was typed; what was not touched stays as it was."""
        session = self._visits.session_for(request, company, Role.PUSH)
        fields = await self._visits.form(request, session)
        snapshot, asked, cached = await self._to_mend(company, key)
        typed = {"_minutes": _earlier_minutes(snapshot)} | dict(fields)
        before = await in_turn(_shown_record, typed, asked.data)
        record = await in_turn(record_from_form, cached.document, fields, before)
        cached, problems = await self._judged(asked, record)
        message = await in_turn(_complaint, snapshot, record, typed["_minutes"])
        if is_wrong(problems) or message or DRAFT in typed:
            form = await self._form(asked, cached, record, problems)
            base, minutes = await in_turn(dumps, record), typed["_minutes"]
            shown = _shown(snapshot, company, session, base=base, minutes=minutes, message=message)
            status = HTTPStatus.BAD_REQUEST if message else HTTPStatus.UNPROCESSABLE_ENTITY
            status = HTTPStatus.OK if DRAFT in typed else status
            return await in_turn(page, "new", status, **shown, form=form)
        minutes = minutes_of(typed["_minutes"])
        await self._retry(
            snapshot.push,
            session,
            data=record,
            timeout_in_minutes=minutes,
            waits_for_ever=minutes is None,
        )
        return to_push(company, snapshot.push.push_id)

    async def _to_mend(
        self, company: UUID, key: UUID
    ) -> tuple[PushSnapshot, PushRequest, CachedOptions]:
        snapshot = await find(self._dependencies, company, key)
        if snapshot.request is None:
            raise HttpError(HTTPStatus.CONFLICT, "It is not known what this push was asked.")
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

    async def _retry(self, push: Push, session: Session, why: str = "", **changes: Any) -> None:  # noqa: ANN401
        asked = f"asked for on the push's page by {_who(session)}"
        reason = f"{why}; {asked}" if why else asked
        try:
            await retry_push(
                push,
                reason=reason,
                task_queue=self._dependencies.task_queue,
                started_by=key_name(session.key),
                **changes,
            )
        except (StillRunning, InvalidPushRequest) as error:
            raise HttpError(HTTPStatus.CONFLICT, str(error)) from None


def _who(session: Session) -> str:
    return session.key.name or "somebody"


def _shown_record(typed: dict[str, str], before: dict[str, Any]) -> dict[str, Any]:
    """Give the record that the page showed: what was typed at first, once it was sent back."""
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
    }
