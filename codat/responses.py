"""What an answer of Codat's means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypedDict, cast

from codat import exact_json
from codat.clock import utc_now
from codat.errors import (
    CodatConflict,
    CodatError,
    CodatFailing,
    CodatKeyReused,
    CodatLost,
    CodatNotFound,
    CodatRefused,
    CodatThrottled,
    CodatUnauthorized,
    CodatUnclear,
)

_MAX_REASON = 300
# A shorter one is no real key, and blotting it out would eat words.
_SHORTEST_SECRET = 8
# The daily limit is the longest there is; it is reset at midnight UTC.
_MAX_WAIT = timedelta(days=1)
_SETTLED: Mapping[int, type[CodatError]] = {
    401: CodatUnauthorized,
    413: CodatRefused,
    429: CodatThrottled,
}
"""Whoever on the way answers with one of these has done nothing and passed nothing on."""
_UNCLEAR = frozenset({408, 421, 425})
"""Whoever answers with one of these, somebody else may have done what was asked."""
_OWN: Mapping[int, type[CodatError]] = {
    402: CodatUnauthorized,
    403: CodatUnauthorized,
    404: CodatNotFound,
    409: CodatConflict,
    422: CodatKeyReused,
}


class _Facts(TypedDict):
    status: int
    retry_after: timedelta | None
    correlation_id: str | None
    date: datetime | None


@dataclass(frozen=True)
class CodatResponse:
    """An HTTP answer, read whole; `secrets` are blotted out of what is told about it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    secrets: Sequence[str] = field(default=(), repr=False)

    @property
    def date(self) -> datetime | None:
        """The server's own clock, UTC."""
        return http_date(self.headers.get("date", ""))

    @property
    def retry_after(self) -> timedelta | None:
        """How long to be patient, if the answer says so; a day at most."""
        return _retry_after(self.headers.get("retry-after", ""), self.date)

    @property
    def reason(self) -> str:
        """What an error answer gives as its reason, 300 characters at most; empty if nothing."""
        body = self._error_body()
        texts = [_plain(body.get("error")), *_validation_messages(body.get("validation"))]
        reason = "; ".join(text.rstrip(". ") for text in texts if text)
        for secret in self.secrets:
            reason = reason.replace(secret, "***") if len(secret) >= _SHORTEST_SECRET else reason
        return f"{reason[:_MAX_REASON]}..." if len(reason) > _MAX_REASON else reason

    def document(self) -> Any:  # noqa: ANN401, JSON is anything
        """Read the JSON of a success; anything else raises the CodatError that it means."""
        self.check()
        try:
            return exact_json.loads(self.body, repair=True, repeated=True)
        except ValueError as error:
            raise self.unusable("no JSON") from error

    def check(self) -> None:
        """Raise the CodatError that an answer means which is no success."""
        if not HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._error()

    def unusable(self, why: str) -> CodatLost:
        """Give the error for a success that says nothing usable."""
        return CodatLost(
            f"Codat answered {self.status}, but what it sent is {why}.",
            **self._facts(None),
        )

    def _error(self) -> CodatError:
        body = self._error_body()
        facts = self._facts(_plain(body.get("correlationId")))
        if self.status < HTTPStatus.BAD_REQUEST:
            return CodatLost(f"Codat answered with a redirect ({self.status}).", **facts)
        kind = _kind(self.status, body)
        if kind is CodatUnclear and not _is_own(body):
            answer = f"The answer {self.status} {_name(self.status)}"
            return kind(f"{answer} is not in Codat's own form; a proxy may have given it.", **facts)
        detail = f": {reason}" if (reason := self.reason) else ""
        asked = f" (correlation id {facts['correlation_id']})" if facts["correlation_id"] else ""
        return kind(f"Codat answered {self.status} {_name(self.status)}{detail}{asked}.", **facts)

    def _facts(self, correlation_id: str | None) -> _Facts:
        return {
            "status": self.status,
            "retry_after": self.retry_after,
            "correlation_id": correlation_id and correlation_id[:64],
            "date": self.date,
        }

    def _error_body(self) -> Mapping[str, object]:
        try:
            return _members(exact_json.loads(self.body, repair=True, repeated=True))
        except ValueError:
            return {}


def _kind(status: int, body: Mapping[str, object]) -> type[CodatError]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CodatFailing
    if status in _SETTLED:
        return _SETTLED[status]
    if status in _UNCLEAR or not _is_own(body):
        return CodatUnclear
    return _OWN.get(status, CodatRefused)


def _is_own(body: Mapping[str, object]) -> bool:
    """Tell whether an error has the form that Codat gives to its own."""
    has_origin = any(_plain(body.get(name)) for name in ("service", "correlationId"))
    return (
        has_origin and isinstance(body.get("statusCode"), int) and bool(_plain(body.get("error")))
    )


def _validation_messages(validation: object) -> list[str | None]:
    items = _members(validation).get("errors")
    listed = cast("list[object]", items) if isinstance(items, list) else []
    return [_plain(_members(item).get("message")) for item in listed]


def _members(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _plain(text: object) -> str | None:
    return " ".join(text.split()) if isinstance(text, str) else None


def _name(status: int) -> str:
    try:
        return f"({HTTPStatus(status).phrase})"
    except ValueError:
        return "(an unknown status)"


@lru_cache(maxsize=64)
def http_date(text: str) -> datetime | None:
    """Read a date as HTTP writes it, UTC; None when it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _retry_after(text: str, server_now: datetime | None) -> timedelta | None:
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text.strip()):
        wait = timedelta(seconds=float(text))
    elif until := http_date(text):
        wait = until - (server_now or utc_now())
    else:
        return None
    return min(max(wait, timedelta(0)), _MAX_WAIT)
