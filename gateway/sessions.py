"""Who is looking at a page: a signed cookie, and proof that a form came from that page."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from weakref import WeakValueDictionary

from cachetools import TTLCache
from itsdangerous import BadSignature, Signer
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
        self._secret = known.get_secret_value() if known else secrets.token_bytes(32)
        self._keys = {key.name: key for key in settings.api_keys or (NOBODY,)}
        self._ended: TTLCache[str, bool] = TTLCache(MAX_ENDED, LASTS)
        self._events: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    @property
    def is_open(self) -> bool:
        """Whether no keys are configured, so that everybody on this machine is let in."""
        return NOBODY.name in self._keys

    def begin(self, key: ApiKey) -> Session:
        """Open a session."""
        ends = int(time.time()) + LASTS
        return self._session(key, f"{key.name}:{ends}:{secrets.token_hex(16)}")

    def of(self, request: HTTPConnection) -> Session | None:
        """Read a request's session; None when there is none, or no more."""
        cookie = request.cookies.get(cookie_name(request), "")
        key = self._keys.get(cookie.partition(":")[0])
        if key is None:
            return None
        with suppress(BadSignature):
            session = self._session(key, self._signer("session", key).unsign(cookie).decode())
            if session.seconds_left > 0 and session.cookie not in self._ended:
                return session
        return None

    def end(self, session: Session) -> None:
        """End a session, with the streams that were opened in it."""
        self._ended[session.cookie] = True
        session.ended.set()

    def check(self, session: Session, fields: Iterable[tuple[str, str]]) -> None:
        """Raise Refusal 403 unless a form came from a page of this session."""
        shown = dict(fields).get(TOKEN, "")
        if not secrets.compare_digest(shown.encode(), session.token.encode()):
            raise HttpError(HTTPStatus.FORBIDDEN, "This form is too old: load its page again.")

    def _session(self, key: ApiKey, text: str) -> Session:
        # Signed anew: a signature can be spelled in several ways, and an ended session is known
        # by its cookie.
        cookie = self._signer("session", key).sign(text).decode()
        token = self._signer("form", key).get_signature(text).decode()
        ended = self._events.setdefault(cookie, asyncio.Event())
        return Session(key, cookie, token, int(text.split(":")[1]), ended)

    def _signer(self, purpose: str, key: ApiKey) -> Signer:
        # The key's digest too: a session ends when its key is changed.
        salt = f"{purpose}:{key.sha256.hex()}"
        return Signer(self._secret, salt, key_derivation="hmac", digest_method=hashlib.sha256)


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
