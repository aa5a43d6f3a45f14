"""Coming in and going out: logging in, logging out, the page of the API."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from codat.models import Problem
from codat.turns import in_turn
from gateway.auth import NOBODY, Role, check_company, check_role, text_secret
from gateway.callers import Callers
from gateway.errors import HttpError
from gateway.rendering import page
from gateway.sessions import Session, Sessions, cookie_name, is_secure, remember, safe_target

_MAX_FIELDS = 20_000
_MAX_LEVELS = 20
_FORMS = ("/new", "/edit", "/update")
"""How the paths end that a form is shown at and sent to."""

_OWN = ("same-origin", "none")


class NeedsLogin(Exception):
    """Nobody is logged in; whoever asks is sent to the login page."""


class LoginPages:
    """Knows who is looking, and lets them see their companies only."""

    def __init__(self, sessions: Sessions, callers: Callers) -> None:
        self._sessions = sessions
        self._callers = callers

    def visitor(self, request: Request) -> Session:
        """Give the session of a request, a new one when no keys are configured; NeedsLogin."""
        session = self._sessions.of(request)
        if session is None and self._sessions.is_open:
            session = self._sessions.begin(NOBODY)
        if session is None:
            raise NeedsLogin
        return session

    def session_for(self, request: Request, company: UUID, role: Role = Role.READ) -> Session:
        """Give the session of somebody who may do that in the company; NeedsLogin, Refusal 403."""
        session = self.visitor(request)
        check_company(session.key, company)
        check_role(session.key, role)
        return session

    async def form(self, request: Request, session: Session) -> list[tuple[str, str]]:
        """Read a form that came from a page of this session; Refusal 400, 403."""
        fields = await fields_of(request)
        self._sessions.check(session, fields)
        return fields

    async def go(self, request: Request, company: str = "") -> Response:
        """Go to a company's pushes, with the filters that were given besides."""
        try:
            place = f"/companies/{UUID(company)}/pushes"
        except ValueError:
            raise HttpError(HTTPStatus.BAD_REQUEST, "That is no company id.") from None
        asked = request.query_params.multi_items()
        filters = urlencode([(name, value) for name, value in asked if name != "company" and value])
        return RedirectResponse(f"{place}?{filters}" if filters else place, HTTPStatus.SEE_OTHER)

    async def login(self, target: str = "/") -> Response:
        """Show the login page."""
        return page("login", wrong=False, target=safe_target(target), name="")

    async def log_in(self, request: Request) -> Response:
        """Log in with the name of an API key, and the key."""
        fields = dict(await fields_of(request))
        target = safe_target(fields.get("next", "/"))
        name = fields.get("name", "").strip()
        key = self._callers.log_in(name, text_secret(fields.get("key")), request.scope)
        if key is None:
            return page("login", HTTPStatus.UNAUTHORIZED, wrong=True, target=target, name=name)
        answer = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        return remember(answer, self._sessions.begin(key), request)

    async def log_out(self, request: Request) -> Response:
        """Log out: the session ends here, whoever has a copy of its cookie."""
        session = self.visitor(request)
        await self.form(request, session)
        self._sessions.end(session)
        answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
        answer.delete_cookie(cookie_name(request), secure=is_secure(request), httponly=True)
        return answer

    async def docs(self, request: Request) -> Response:
        """Show the API as its OpenAPI document has it; it is no secret."""
        return page("docs", api=request.app.openapi())


def to_login(request: Request) -> Response:
    """Send somebody to the login page, and back again afterwards."""
    has_page = request.method == "GET" or request.url.path.endswith(_FORMS)
    target = quote(request.url.path, safe="") if has_page else ""
    return RedirectResponse(f"/login?target={target}", HTTPStatus.SEE_OTHER)


async def fields_of(request: Request) -> list[tuple[str, str]]:
    """Read what a form of our own pages has sent; Refusal 400, 403."""
    _check_site(request)
    try:
        return await in_turn(_fields, await request.body())
    except ValueError:
        raise HttpError(HTTPStatus.BAD_REQUEST, "The form can't be read.") from None


def _check_site(request: Request) -> None:
    """Refuse a form that another site's page has sent; what is no browser says nothing of it."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    is_own = site in _OWN
    if site is None:
        is_own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not is_own:
        raise HttpError(HTTPStatus.FORBIDDEN, "This form was sent by another site's page.")


def _fields(body: bytes) -> list[tuple[str, str]]:
    fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    if any(name.count("/") > _MAX_LEVELS for name, _ in fields):
        raise ValueError("no page has such a field")
    return fields


def shown_to(session: Session, company: UUID) -> dict[str, Any]:
    """Give what every page of a company shows."""
    return {"session": session, "company": company}


def is_wrong(problems: Iterable[Problem]) -> bool:
    """Whether a record has to be corrected."""
    return any(problem.severity == "error" for problem in problems)


def to_push(company: UUID, push_id: UUID) -> Response:
    """Go to the page of a push."""
    return RedirectResponse(f"/companies/{company}/pushes/{push_id}", HTTPStatus.SEE_OTHER)
