"""Who may do what: API keys, compared in constant time, their companies and their roles."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from gateway.errors import HttpError

_FORM = "name:sha256-of-key:companies[:roles], where companies are * or companyId+companyId"
_ENTRY = re.compile(
    r"(?P<name>[\w.-]{1,64}):(?P<sha256>[0-9a-fA-F]{64}):(?P<companies>[^:]+)(:(?P<roles>[^:]+))?"
)
_SEPARATORS = re.compile(r"[\s,]+")
_OF_NOTHING = hashlib.sha256(b"").digest()


class Role(StrEnum):
    """What a key may do; reading is part of each."""

    READ = "read"
    PUSH = "push"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class ApiKey:
    """A key that is known by its digest; without companies it sees all of them."""

    name: str
    sha256: Annotated[bytes, Field(repr=False)]
    companies: frozenset[UUID] = frozenset()
    roles: frozenset[Role] = frozenset(Role)

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
    keys = [_read(entry, number) for number, entry in enumerate(entries, 1)]
    _check_unique("name", [key.name for key in keys])
    _check_unique("key", [key.sha256 for key in keys])
    return tuple(keys)


def _check_unique(what: str, values: Sequence[object]) -> None:
    for number, value in enumerate(values, 1):
        first = values.index(value) + 1
        if first != number:
            raise ValueError(f"entry {number} has the same {what} as entry {first}")


def _read(entry: str, number: int) -> ApiKey:
    parts = _ENTRY.fullmatch(entry)
    if not parts:
        raise ValueError(f"entry {number} is not {_FORM}")
    sha256 = bytes.fromhex(parts["sha256"])
    if sha256 == _OF_NOTHING:
        raise ValueError(f"entry {number} has the SHA-256 of an empty key")
    return ApiKey(
        parts["name"],
        sha256,
        _companies(parts["companies"], number),
        _roles(parts["roles"], number),
    )


def _companies(written: str, number: int) -> frozenset[UUID]:
    if written == "*":
        return frozenset()
    try:
        return frozenset(UUID(company) for company in written.split("+"))
    except ValueError:
        raise ValueError(
            f"entry {number} is bound to something that is no company id; * is all companies"
        ) from None


def _roles(written: str | None, number: int) -> frozenset[Role]:
    if written is None:
        return frozenset(Role)
    try:
        return frozenset(Role(role) for role in written.split("+"))
    except ValueError:
        raise ValueError(f"entry {number} has a role that is none of {', '.join(Role)}") from None


def authenticate(authorization: str | None, keys: Iterable[ApiKey]) -> ApiKey:
    """Give the key that an Authorization header shows, Basic or Bearer; Refusal 401."""
    secret = secret_of(authorization)
    found = key_of(secret, keys) if secret else None
    if found is None:
        raise HttpError(401, "The API key is missing or wrong.", **{"WWW-Authenticate": "Basic"})
    return found


def secret_of(authorization: str | None) -> bytes | None:
    """Give the key that an Authorization header shows; None for none."""
    scheme, _, shown = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return shown.strip().encode("latin-1")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(shown.strip(), validate=True)
        except (binascii.Error, ValueError):
            return None
    return None


def key_of(secret: bytes, keys: Iterable[ApiKey]) -> ApiKey | None:
    """Give the configured key of this secret; all are compared, so that time tells nothing."""
    digest = hashlib.sha256(secret).digest()
    matches = [key for key in keys if hmac.compare_digest(digest, key.sha256)]
    return matches[0] if matches else None


def check_company(key: ApiKey, company: UUID) -> None:
    """Raise Refusal 403 when the key is bound to other companies; nothing is asked about it."""
    if not key.sees(company):
        raise HttpError(403, "This API key is not allowed to see that company.")


def check_role(key: ApiKey, role: Role) -> None:
    """Raise Refusal 403 when the key may not do that."""
    if role is not Role.READ and role not in key.roles:
        raise HttpError(403, f"This API key lacks the role {role}.")


def text_secret(value: Any) -> bytes:  # noqa: ANN401, a form's field may be a file
    """Give the bytes of a key that was typed."""
    return value.strip().encode() if isinstance(value, str) else b""
