"""Letting a hold go on the start page."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from dispatch.holds import ask_to_release
from gateway.api.parameters import CompanyId
from gateway.auth import Role
from gateway.dependencies import Dependencies
from gateway.errors import HttpError
from gateway.pages.login import LoginPages


class HoldPages:
    """Takes the form; `forget` is called where what was read before is out of date."""

    def __init__(
        self, dependencies: Dependencies, visits: LoginPages, forget: Callable[[], None]
    ) -> None:
        self._dependencies = dependencies
        self._visits = visits
        self._forget = forget

    async def release(self, request: Request, company: CompanyId) -> Response:
        """Let go what somebody holds, and show the pushes that waited for it."""
        session = self._visits.session_for(request, company, Role.RESOLVE)
        fields = dict(await self._visits.form(request, session))
        connection, kind = fields.get("connection", ""), fields.get("dataType") or None
        try:
            held = UUID(connection) if connection else None
        except ValueError:
            raise HttpError(HTTPStatus.BAD_REQUEST, "connection must be an id.") from None
        client, by = self._dependencies.temporal, fields.get("by", "")
        await ask_to_release(client, company, held, kind, by=by)
        self._forget()
        where = f"/companies/{company}/pushes?status=Pending"
        return RedirectResponse(where, HTTPStatus.SEE_OTHER)
