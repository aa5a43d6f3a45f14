"""Who may see what: API keys, compared in constant time, and the companies they are bound to."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from gateway.errors import Refusal

_ENTRY = re.compile(r"(?P<name>[\w.-]{1,64}):(?P<sha256>[0-9a-fA-F]{64})(?::(?P<companies>.+))?")
_SEPARATORS = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class ApiKey:
    """A key that is known by its digest; without companies it sees all of them."""

    name: str
    sha256: Annotated[bytes, Field(repr=False)]
    companies: frozenset[UUID] = frozenset()

    def sees(self, company: UUID) -> bool:
        """Whether this key may ask about the company."""
        return not self.companies or company in self.companies


NOBODY = ApiKey("", b"")
"""Whoever comes when no keys are configured, over loopback only."""


def key_name(key: ApiKey | None) -> str | None:
    """Give the name under which a key stands in logs and in Temporal; None for nobody's."""
    return key.name or None if key else None


CALLER = "caller"
"""Where the scope of a request keeps the key that it came with."""


def read_api_keys(written: object) -> object:
    """Read GATEWAY_API_KEYS; ValueError names the entry by its position, never by its text."""
    if not isinstance(written, str):
        return written
    entries = [entry for entry in _SEPARATORS.split(written) if entry]
    return tuple(_read(entry, number) for number, entry in enumerate(entries, 1))


def _read(entry: str, number: int) -> ApiKey:
    parts = _ENTRY.fullmatch(entry)
    if not parts:
        raise ValueError(f"entry {number} is not name:sha256-of-key[:companyId+companyId]")
    bound = (parts["companies"] or "").split("+") if parts["companies"] else []
    try:
        companies = frozenset(UUID(company) for company in bound)
    except ValueError:
        raise ValueError(f"entry {number} is bound to something that is no company id") from None
    return ApiKey(parts["name"], bytes.fromhex(parts["sha256"]), companies)


def authenticate(authorization: str | None, keys: Iterable[ApiKey]) -> ApiKey:
    """Give the key that an Authorization header shows, Basic or Bearer; Refusal 401."""
    scheme, _, shown = (authorization or "").partition(" ")
    secret: bytes | None = None
    if scheme.lower() == "bearer":
        secret = shown.strip().encode("latin-1")
    elif scheme.lower() == "basic":
        try:
            secret = base64.b64decode(shown.strip(), validate=True)
        except (binascii.Error, ValueError):
            secret = None
    found = key_of(secret, keys) if secret else None
    if found is None:
        raise Refusal(401, "The API key is missing or wrong.", **{"WWW-Authenticate": "Basic"})
    return found


def key_of(secret: bytes, keys: Iterable[ApiKey]) -> ApiKey | None:
    """Give the configured key of this secret; all are compared, so that time tells nothing."""
    digest = hashlib.sha256(secret).digest()
    matches = [key for key in keys if hmac.compare_digest(digest, key.sha256)]
    return matches[0] if matches else None


def check_company(key: ApiKey, company: UUID) -> None:
    """Raise Refusal 403 when the key is bound to other companies; nothing is asked about it."""
    if not key.sees(company):
        raise Refusal(403, "This API key is not allowed to see that company.")


def text_secret(value: Any) -> bytes:  # noqa: ANN401, a form's field may be a file
    """Give the bytes of a key that was typed."""
    return value.strip().encode() if isinstance(value, str) else b""
