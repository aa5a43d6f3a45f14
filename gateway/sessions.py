"""Who is looking at a page: a signed cookie, and proof that a form came from that page."""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from weakref import WeakValueDictionary

from cachetools import TTLCache
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from gateway.auth import NOBODY, ApiKey
from gateway.errors import HttpError
from gateway.settings import GatewaySettings

LASTS = 12 * 3600
"""Seconds."""

MAX_ENDED = 100_000
"""Sessions that were ended before their time and are remembered."""

TOKEN = "_csrf"  # noqa: S105, the name of a field
"""The field of every form that changes something."""


@dataclass(frozen=True)
class Session:
    """Somebody's visit; `token` goes into every form, `ended` is set when it is left."""

    key: ApiKey
    cookie: str
    token: str
    ends: int
    ended: asyncio.Event = field(compare=False)

    @property
    def seconds_left(self) -> float:
        """How long it lasts if nobody ends it."""
        return max(0.0, self.ends - time.time())


class Sessions:
    """Opens and reads sessions; keeps only those that were ended, so any process can read them.

    Another process does not know of a session that was ended here.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        known = settings.session_secret
        secret = known.get_secret_value().encode() if known else secrets.token_bytes(32)
        self._secret = secret
        self._keys = settings.api_keys
        self._ended: TTLCache[str, bool] = TTLCache(MAX_ENDED, LASTS)
        self._events: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    @property
    def is_open(self) -> bool:
        """Whether no keys are configured, so that everybody on this machine is let in."""
        return not self._keys

    def begin(self, key: ApiKey) -> Session:
        """Open a session."""
        ends = int(time.time()) + LASTS
        return self._session(key, f"{key.name}:{ends}:{secrets.token_hex(16)}")

    def of(self, request: HTTPConnection) -> Session | None:
        """Read a request's session; None when there is none, or no more."""
        shown, _, mac = request.cookies.get(cookie_name(request), "").rpartition(":")
        name = shown.partition(":")[0]
        for key in (NOBODY,) if self.is_open else self._keys:
            if key.name == name and self._is_ours(key, shown, mac):
                session = self._session(key, shown)
                return session if self._lasts(session) else None
        return None

    def end(self, session: Session) -> None:
        """End a session, with the streams that were opened in it."""
        self._ended[session.cookie] = True
        session.ended.set()

    def _lasts(self, session: Session) -> bool:
        return session.seconds_left > 0 and session.cookie not in self._ended

    def check(self, session: Session, fields: Iterable[tuple[str, str]]) -> None:
        """Raise Refusal 403 unless a form came from a page of this session."""
        shown = dict(fields).get(TOKEN, "")
        if not hmac.compare_digest(shown.encode(), session.token.encode()):
            raise HttpError(HTTPStatus.FORBIDDEN, "This form is too old: load its page again.")

    def _session(self, key: ApiKey, shown: str) -> Session:
        cookie = f"{shown}:{self._mac('session', key, shown)}"
        # Read only once it is known to be ours: Python refuses thousands of digits.
        ends = int(shown.split(":")[1])
        ended = self._events.setdefault(cookie, asyncio.Event())
        return Session(key, cookie, self._mac("form", key, shown), ends, ended)

    def _is_ours(self, key: ApiKey, shown: str, mac: str) -> bool:
        """Tell a cookie of this key as it is now: it may have been changed under its name."""
        return hmac.compare_digest(mac.encode(), self._mac("session", key, shown).encode())

    def _mac(self, purpose: str, key: ApiKey, shown: str) -> str:
        # The key's digest too: a session ends when its key is changed.
        text = f"{purpose}:{key.sha256.hex()}:{shown}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def cookie_name(connection: HTTPConnection) -> str:
    """Name the cookie; over TLS so that no other host, path or plain page can set it."""
    return "__Host-surepush" if is_secure(connection) else "surepush"


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the browser speaks TLS."""
    return connection.url.scheme == "https"


def remember(response: Response, session: Session, request: Request) -> Response:
    """Give the browser the cookie of a session."""
    response.set_cookie(
        cookie_name(request),
        session.cookie,
        max_age=LASTS,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )
    return response


def safe_target(path: str) -> str:
    """Give a place on this server to go on to; another server's is replaced by the first page."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"
