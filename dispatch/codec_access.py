"""Who may have payloads decrypted: the CODEC_* variables, and the header that a caller shows."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Annotated

import httpx
from cachetools import TTLCache
from pydantic import AfterValidator, BaseModel, BeforeValidator, HttpUrl
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

REMEMBERED = 60.0
"""Seconds for which a login is not asked for again, let in or not."""

_KEY = re.compile(r"([\w.-]{1,64}):([0-9a-fA-F]{64})")
_ORIGIN = re.compile(r"https?://[^/\s*]+")
_MAX_REMEMBERED = 1000
_HERE = ("127.0.0.1", "[::1]", "localhost")
_PATIENCE = 10.0


def _entries(written: str) -> list[str]:
    return [entry for entry in re.split(r"[\s,]+", written) if entry]


def _keys(written: object) -> object:
    return dict(_read_keys(written)) if isinstance(written, str) else written


def _read_keys(written: str) -> Iterator[tuple[bytes, str]]:
    for number, entry in enumerate(_entries(written), 1):
        parts = _KEY.fullmatch(entry)
        if not parts:
            raise ValueError(f"entry {number} is not name:sha256-of-key")
        yield bytes.fromhex(parts[2]), parts[1]


def _origins(written: object) -> object:
    if not isinstance(written, str):
        return written
    for number, entry in enumerate(_entries(written), 1):
        if not _ORIGIN.fullmatch(entry):
            raise ValueError(f"entry {number} is no origin, such as https://temporal.example")
    return _entries(written)


def _users(written: object) -> object:
    return _entries(written) if isinstance(written, str) else written


def _safe(url: HttpUrl) -> HttpUrl:
    if url.scheme != "https" and url.host not in _HERE:
        raise ValueError("a login goes over https only, but to this machine")
    return url


class CodecSettings(BaseSettings):
    """CODEC_* variables."""

    model_config = SettingsConfigDict(
        env_prefix="CODEC_", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    keys: Annotated[dict[bytes, str], NoDecode, BeforeValidator(_keys)] = {}
    """Keys that may decrypt, sent as `Authorization: Bearer KEY`. Without `CODEC_KEYS` and
    `CODEC_USERINFO_URL` only this machine is served, and everybody on it."""

    origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = ()
    """Origins of the Temporal UI that may call from a browser (CORS)."""

    userinfo_url: Annotated[HttpUrl, AfterValidator(_safe)] | None = None
    """OpenID Connect userinfo endpoint of the Temporal UI's login. It needs `CODEC_USERS`."""

    users: Annotated[frozenset[str], NoDecode, BeforeValidator(_users)] = frozenset()
    """Users of that login who may decrypt."""

    @property
    def is_open(self) -> bool:
        """Whether everybody is let in."""
        return not self.keys and self.userinfo_url is None


class _Person(BaseModel):
    """What OpenID Connect's userinfo endpoint says of a login (Core 1.0, 5.3.2)."""

    sub: str
    email: str = ""
    email_verified: object = None


class Access:
    """Tells who a caller is by the Authorization header: a key of ours, or a login of the UI's."""

    def __init__(self, settings: CodecSettings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        # Apart, so that invented logins push no real one out.
        self._let_in: TTLCache[bytes, str] = TTLCache(_MAX_REMEMBERED, REMEMBERED)
        self._refused: TTLCache[bytes, bool] = TTLCache(_MAX_REMEMBERED, REMEMBERED)

    async def who(self, authorization: str) -> str | None:
        """Name the caller, None when it may not; httpx.HTTPError when the provider is away."""
        if self._settings.is_open:
            return "somebody on this machine"
        scheme, _, shown = authorization.partition(" ")
        if scheme.lower() != "bearer" or not shown.strip():
            return None
        digest = hashlib.sha256(shown.strip().encode("latin-1")).digest()
        # All are compared, so that time tells nothing.
        names = [
            name for key, name in self._settings.keys.items() if hmac.compare_digest(digest, key)
        ]
        if names or self._settings.userinfo_url is None:
            return names[0] if names else None
        who = self._let_in.get(digest)
        if who is None and digest not in self._refused:
            who = await self._logged_in(str(self._settings.userinfo_url), authorization)
            if who is None:
                self._refused[digest] = True
            else:
                self._let_in[digest] = who
        return who

    async def _logged_in(self, url: str, authorization: str) -> str | None:
        headers = {"Authorization": authorization, "Accept": "application/json"}
        answer = await self._http.get(url, headers=headers, timeout=_PATIENCE)
        if answer.status_code in {401, 403}:
            return None
        answer.raise_for_status()
        person = _Person.model_validate_json(answer.content)
        names = [person.sub, person.email if person.email_verified is True else ""]
        return next((name for name in names if name in self._settings.users), None)
