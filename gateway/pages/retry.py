"""Pages that ask again for a push: as it was, or mended."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from codat.kinds import PushKind
from dispatch.pushes import InvalidPushRequest, Push
from dispatch.retries import StillRunning, retry_push
from gateway.api.parameters import CompanyId, PushKey
from gateway.api.pushes import find
from gateway.auth import Role, key_name
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.pages.login import LoginPages, to_push
from gateway.pages.resolve import read_reason, read_word
from gateway.pages.standing import begin_refresh
from gateway.pages.update_review import is_forced
from gateway.sessions import Session
from workflows.models import PushRequest


class RetryPages:
    """Retry, and edit and retry."""

    def __init__(self, dependencies: Dependencies, visits: LoginPages) -> None:
        self._dependencies = dependencies
        self._visits = visits

    async def retry(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Ask again for a push that did not succeed; an update with `forceUpdate` if told so."""
        session = self._visits.session_for(request, company, Role.PUSH)
        typed = dict(await self._visits.form(request, session))
        snapshot = await find(self._dependencies, company, key)
        if is_forced(typed) and not is_update(snapshot.request):
            raise HttpError(HTTPStatus.BAD_REQUEST, "Only an update can have forceUpdate.")
        await ask_again(
            self._dependencies, snapshot.push, session, force_update=is_forced(typed) or None
        )
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
        await ask_again(self._dependencies, snapshot.push, session, why=why, settlement=settlement)
        return to_push(company, snapshot.push.push_id)

    async def refresh(self, request: Request, company: CompanyId, key: PushKey) -> Response:
        """Have Codat read the record of a refused update anew, and go to its form."""
        session = self._visits.session_for(request, company, Role.PUSH)
        await self._visits.form(request, session)
        snapshot = await find(self._dependencies, company, key)
        if snapshot.request is None or not is_update(snapshot.request):
            raise HttpError(HTTPStatus.BAD_REQUEST, "Only the record of an update is read anew.")
        trouble = await begin_refresh(self._dependencies.reads, snapshot.request.target)
        if trouble:
            raise HttpError(HTTPStatus.CONFLICT, f"The record can't be read anew: {trouble}")
        here = f"/companies/{company}/pushes/{snapshot.push.push_id}"
        return RedirectResponse(f"{here}/edit?refreshed=true", HTTPStatus.SEE_OTHER)


async def ask_again(
    dependencies: Dependencies,
    push: Push,
    session: Session,
    why: str = "",
    **changes: Any,  # noqa: ANN401
) -> None:
    """Retry a push in the name of who is logged in. Raises: HttpError 409."""
    asked = f"asked for on the push's page by {_who(session)}"
    reason = f"{why}; {asked}" if why else asked
    try:
        await retry_push(
            push,
            reason=reason,
            task_queue=dependencies.task_queue,
            started_by=key_name(session.key),
            **changes,
        )
    except (StillRunning, InvalidPushRequest) as error:
        raise HttpError(HTTPStatus.CONFLICT, str(error)) from None


def is_update(asked: PushRequest | None) -> bool:
    """Whether a push updates a record."""
    return asked is not None and asked.push_kind is PushKind.UPDATE


def _who(session: Session) -> str:
    return session.key.name or "somebody"
