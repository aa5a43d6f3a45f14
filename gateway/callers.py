"""Whose a request is, told by its headers before anything is done for it."""

from collections.abc import Sequence
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from gateway.access import NOBODY, ApiKey, authenticate
from gateway.errors import Refusal
from gateway.sessions import Sessions


class Callers:
    """Knows the API keys and the sessions of pages."""

    def __init__(self, keys: Sequence[ApiKey], sessions: Sessions) -> None:
        self._keys = keys
        self._sessions = sessions

    def of(self, scope: Scope) -> ApiKey | None:
        """Give the key that a request shows by itself or by its session; None for a stranger's."""
        if not self._keys:
            return NOBODY
        shown = Headers(scope=scope).get("authorization")
        if shown:
            with suppress(Refusal):
                return authenticate(shown, self._keys)
            return None
        session = self._sessions.of(HTTPConnection(scope))
        return session.key if session else None


def address_of(scope: Scope) -> str:
    """Give the address that a request came from, of a trusted proxy's client if it names one."""
    client = scope.get("client")
    return str(client[0]) if client else ""
