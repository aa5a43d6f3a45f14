"""Codat's query language, `status=Failed && {dataType=bills || dataType=invoices}`, over pushes."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from codat.models import canonical_data_type
from gateway.errors import HttpError

MAX_QUERY = 2048
"""Characters of a query."""

_DEEPEST = 30
_JOINTS = re.compile(r"(&&|\|\||[{}])")
_TERM = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|~|>|<)\s*(.*?)\s*", re.DOTALL)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "~": operator.contains,
}
_MOMENTS = frozenset({"requestedonutc", "completedonutc"})
_NAMES = {
    "companyid": "companyid",
    "completedonutc": "completedonutc",
    "connectionid": "dataconnectionkey",
    "dataconnectionid": "dataconnectionkey",
    "dataconnectionkey": "dataconnectionkey",
    "datatype": "datatype",
    "outcome": "outcome",
    "platformpushoperationkey": "platformpushoperationkey",
    "pushoperationkey": "pushoperationkey",
    "requestedonutc": "requestedonutc",
    "status": "status",
    "statuscode": "statuscode",
}
"""The fields that may be asked for, in lower case, and which they are."""

_TEXT = r"(status|dataType|dataConnectionKey|pushOperationKey)(=|!=|~)[A-Za-z0-9-]{1,40}"
_TIME = r"(requestedOnUtc|completedOnUtc)(>|<|>=|<=)20[0-9]{2}-0[1-9]-[01][1-9]T[01][0-9]:00:00Z"
PLAIN_QUERY = {
    "pattern": f"^(({_TEXT}|{_TIME})( && ({_TEXT}|{_TIME})){{0,5}})?$",
    "description": "Such as `status=Failed && requestedOnUtc>2026-01-31T12:00:00Z`; also `||`, and "
    "braces to group.",
}
"""What the OpenAPI document says of a query: enough to make some, not all that is understood."""

Row = Mapping[str, str | datetime | None]
"""A push under the names of `_NAMES`; texts are in lower case."""


@dataclass(frozen=True)
class Term:
    """One comparison."""

    field: str
    operator: str
    value: str | datetime

    def matches(self, row: Row) -> bool:
        """Whether the row compares so; what is absent is only unequal."""
        there = row.get(self.field)
        if there is None:
            return self.operator == "!="
        return _COMPARE[self.operator](there, self.value)


@dataclass(frozen=True)
class Every:
    """All of these."""

    parts: "tuple[Condition, ...]"

    def matches(self, row: Row) -> bool:
        """Whether all match."""
        return all(part.matches(row) for part in self.parts)


@dataclass(frozen=True)
class Either:
    """One of these at least."""

    parts: "tuple[Condition, ...]"

    def matches(self, row: Row) -> bool:
        """Whether one matches."""
        return any(part.matches(row) for part in self.parts)


Condition = Term | Every | Either


def read_query(text: str) -> Condition:
    """Read a query; an empty one matches everything; HttpError 400."""
    if len(text) > MAX_QUERY:
        raise _malformed(f"it may have at most {MAX_QUERY} characters")
    if not text.strip():
        return Every(())
    reader = _QueryReader([part for part in _JOINTS.split(text) if part.strip()])
    condition = reader.alternatives(0)
    if reader.left:
        raise _malformed(f"'{reader.left[0].strip()[:40]}' is not expected there")
    return condition


def certain_terms(condition: Condition) -> list[Term]:
    """Give the comparisons that hold for every row that matches."""
    match condition:
        case Term():
            return [condition]
        case Every():
            return [term for part in condition.parts for term in certain_terms(part)]
        case Either():
            return []


class _QueryReader:
    """Recursive descent: `||` of `&&` of comparisons and groups in braces."""

    def __init__(self, parts: list[str]) -> None:
        self.left = parts

    def alternatives(self, depth: int) -> Condition:
        parts = [self._conjunction(depth)]
        while self._takes("||"):
            parts.append(self._conjunction(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _conjunction(self, depth: int) -> Condition:
        parts = [self._single(depth)]
        while self._takes("&&"):
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _single(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise _malformed("it is nested too deep")
        if not self._takes("{"):
            return _term(self.left.pop(0) if self.left else "")
        inner = self.alternatives(depth + 1)
        if not self._takes("}"):
            raise _malformed("a brace is not closed")
        return inner

    def _takes(self, joint: str) -> bool:
        if self.left and self.left[0] == joint:
            del self.left[0]
            return True
        return False


def _term(text: str) -> Term:
    parts = _TERM.fullmatch(text)
    if not parts or not parts[3]:
        raise _malformed(f"'{text.strip()[:40]}' is no comparison")
    field = _NAMES.get(parts[1].lower())
    if field is None:
        raise _malformed(f"there is no field {parts[1][:40]} to ask for")
    if field in _MOMENTS:
        return Term(field, _time_operator(parts[2]), _moment(parts[3]))
    value = canonical_data_type(parts[3]) if field == "datatype" else parts[3]
    return Term(field, parts[2], value.lower())


def _time_operator(word: str) -> str:
    if word == "~":
        raise _malformed("~ compares texts, not times")
    return word


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _malformed(f"'{text[:40]}' is no time, such as 2026-01-31T12:00:00Z") from None


def _malformed(why: str) -> HttpError:
    return HttpError(400, f"Error parsing query: {why}.")
