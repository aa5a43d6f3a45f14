"""Codat's signed reports besides those of pushes: connections, requests left, refreshes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from codat.lenient import LenientModel, Maybe, UtcDatetime
from codat.quota import DailyQuota
from surepush_client.codat_names import canonical_data_type

_CONNECTED = {"connection.disconnected": False, "connection.reconnected": True}
_QUOTA = ("client.rateLimit.reached", "client.rateLimit.reset")
_READ = ("read.completed", "read.completed.initial")
_MAX_TYPES = 100
_DAY = timedelta(days=1)
_MOMENT = TypeAdapter[datetime | None](UtcDatetime)
_UUID = TypeAdapter[UUID | None](Maybe[UUID])


@dataclass(frozen=True)
class ConnectionReport:
    """A connection was lost or is there again, as Codat saw it at `generated` (UTC).

    `age` is how old that was when the report was sent; `status` is Codat's word, such as Unlinked.
    """

    company: UUID
    connection: UUID
    is_connected: bool
    status: str
    generated: datetime
    age: timedelta


@dataclass(frozen=True)
class QuotaReport:
    """The day's requests, as Codat counted them at `generated` (UTC)."""

    quota: DailyQuota
    generated: datetime
    age: timedelta


@dataclass(frozen=True)
class ReadReport:
    """Codat has read data types of a company, by connection and name, well or not.

    `message` is the id of the report, the same each time that it is sent.
    """

    company: UUID
    read: frozenset[tuple[UUID, str]]
    message: str | None = None


class _Quota(LenientModel):
    daily_quota: int
    quota_remaining: int
    expiry_date: UtcDatetime = None


def read_report(
    document: Mapping[str, Any], headers: Mapping[str, str]
) -> ConnectionReport | QuotaReport | ReadReport | None:
    """Read a genuine report; None for one of something else, or without what it needs."""
    kind = str(document.get("eventType") or document.get("type"))
    sent, payload = headers.get("webhook-timestamp", ""), _object(document, "payload")
    if kind in _READ:
        return _read(payload, headers.get("webhook-id"))
    generated = _MOMENT.validate_python(document.get("generatedDate"))
    if generated is None or not sent.isdecimal():
        return None
    # Both by Codat's clock: ours may be wrong.
    age = datetime.fromtimestamp(int(sent), UTC) - generated
    if kind in _CONNECTED:
        return _connection(payload, generated, age, is_connected=_CONNECTED[kind])
    return _quota(payload, generated, age) if kind in _QUOTA else None


def _read(payload: Mapping[str, Any], message: str | None) -> ReadReport | None:
    company = _UUID.validate_python(_object(payload, "referenceCompany").get("id"))
    entries = payload.get("dataTypes")
    if company is None or not isinstance(entries, list):
        return None
    read = [_entry(entry) for entry in cast("list[object]", entries)[:_MAX_TYPES]]
    return ReadReport(company, frozenset(found for found in read if found), message)


def _entry(entry: object) -> tuple[UUID, str] | None:
    members = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
    connection = _UUID.validate_python(members.get("connectionId"))
    data_type = members.get("dataType")
    if connection is None or not isinstance(data_type, str):
        return None
    return connection, canonical_data_type(data_type)


def _connection(
    payload: Mapping[str, Any], generated: datetime, age: timedelta, *, is_connected: bool
) -> ConnectionReport | None:
    company, connection = (_object(payload, name) for name in ("referenceCompany", "connection"))
    company_id = _UUID.validate_python(company.get("id"))
    connection_id = _UUID.validate_python(connection.get("id"))
    if company_id is None or connection_id is None:
        return None
    status = str(connection.get("status") or "")[:40]
    return ConnectionReport(company_id, connection_id, is_connected, status, generated, age)


def _quota(payload: Mapping[str, Any], generated: datetime, age: timedelta) -> QuotaReport | None:
    try:
        given = _Quota.model_validate(payload)
    except ValidationError:
        return None
    until = (given.expiry_date or generated + _DAY) - generated - age
    quota = DailyQuota(given.daily_quota, given.quota_remaining, min(max(until, timedelta()), _DAY))
    return QuotaReport(quota, generated, age)


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
