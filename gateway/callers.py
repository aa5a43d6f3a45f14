"""Whose a request is, told by its headers before anything is done for it."""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from gateway.auth import NOBODY, ApiKey, key_of, secret_of
from gateway.sessions import Sessions
from gateway.wrong_keys import WrongKeys

_NETWORK = 64
"""Bits of an IPv6 address that its owner does not choose."""


class Callers:
    """Knows the API keys and the sessions of pages."""

    def __init__(self, keys: Sequence[ApiKey], sessions: Sessions, wrong_keys: WrongKeys) -> None:
        self._keys = keys
        self._sessions = sessions
        self._wrong_keys = wrong_keys

    def of(self, scope: Scope) -> ApiKey | None:
        """Give the key that a request shows by itself or by its session; None for a stranger's.

        Refusal 429 for an address that has shown too many wrong ones.
        """
        if not self._keys:
            return NOBODY
        shown = Headers(scope=scope).get("authorization")
        if shown:
            secret = secret_of(shown)
            return self._with_key(secret, scope) if secret else None
        session = self._sessions.of(HTTPConnection(scope))
        return session.key if session else None

    def log_in(self, name: str, secret: bytes, scope: Scope) -> ApiKey | None:
        """Give the key of this name and secret, None for a wrong one; Refusal 429."""
        # By the secret first: time does not tell which names there are.
        found = key_of(secret, self._keys)
        if found and found.name != name:
            found = None
        self._wrong_keys.note(address_of(scope), found, name)
        return found

    def _with_key(self, secret: bytes, scope: Scope) -> ApiKey | None:
        found = key_of(secret, self._keys)
        self._wrong_keys.note(address_of(scope), found)
        return found


def address_of(scope: Scope) -> str:
    """Give the address that a request came from, of a trusted proxy's client if it names one.

    Of IPv6 the network: its owner has all addresses in it.
    """
    client = scope.get("client")
    text = str(client[0]) if client else ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return text
    return str(address.ipv4_mapped or ipaddress.ip_network((address, _NETWORK), strict=False))
