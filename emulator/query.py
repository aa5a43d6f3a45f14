"""The API's query language and ordering, turned into SQL over the operations."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from emulator.clock import ticks
from emulator.errors import EmulatedError
from emulator.operations import COMPLETED, STATUS
from emulator.store import JsonObject

_LONGEST = 2048
_DEEPEST = 20
_LARGEST = 2**63 - 1
_TOKEN = re.compile(r"\s*(&&|\|\||\{|\}|!=|<=|>=|[=~<>])\s*")
_OPERATORS = frozenset({"=", "!=", "~", "<", ">", "<=", ">="})
_CODE = f"CASE ({STATUS}) WHEN 'Pending' THEN 202 WHEN 'Success' THEN 200 ELSE 400 END"
_MOMENTS = frozenset({"requestedonutc", "completedonutc"})
_IDS = frozenset({"key", "company", "connection"})
_COLUMNS: Mapping[str, str] = {
    "pushoperationkey": "key",
    "companyid": "company",
    "dataconnectionkey": "connection",
    "dataconnectionid": "connection",
    "datatype": "data_type",
    "requestedonutc": "requested",
    "completedonutc": f"({COMPLETED})",
    "status": f"({STATUS})",
    "statuscode": f"({_CODE})",
    "timeoutinminutes": "timeout",
    "errormessage": "message",
}


def condition(query: str) -> tuple[str, JsonObject]:
    """Turn a query into a WHERE clause and its parameters; 400 when it cannot be read."""
    if not query.strip():
        return "1", {}
    if len(query) >= _LONGEST:
        raise _malformed()
    reader = _FilterReader([part for part in _TOKEN.split(query) if part.strip()])
    clause = reader.alternatives()
    if reader.left:
        raise _malformed()
    return clause, reader.values


def ordering(order: str) -> str:
    """Turn `orderBy` (a field, a minus for descending) into an ORDER BY clause."""
    column = _column(order.lstrip("-+"))
    direction = "DESC" if order.startswith("-") else "ASC"
    return f"{column} {direction}, seq {direction}"


class _FilterReader:
    """Recursive descent over the parts of a query."""

    def __init__(self, parts: list[str]) -> None:
        self.left = parts
        self._depth = 0
        self.values: JsonObject = {}

    def alternatives(self) -> str:
        clauses = [self._conjunction()]
        while self._next_is("||"):
            clauses.append(self._conjunction())
        return f"({' OR '.join(clauses)})"

    def _conjunction(self) -> str:
        clauses = [self._single()]
        while self._next_is("&&"):
            clauses.append(self._single())
        return f"({' AND '.join(clauses)})"

    def _single(self) -> str:
        if self._next_is("{"):
            self._depth += 1
            clause = self.alternatives() if self._depth <= _DEEPEST else ""
            if not self._next_is("}"):
                raise _malformed()
            self._depth -= 1
            return clause
        return self._comparison(self._take(), self._take(), self._take())

    def _comparison(self, field: str, operator: str, value: str) -> str:
        if operator not in _OPERATORS or _TOKEN.fullmatch(field) or _TOKEN.fullmatch(value):
            raise _malformed()
        column, name = _column(field), f"v{len(self.values)}"
        if field.lower() in _MOMENTS:
            self.values[name] = _moment(value)
            return f"{column} {operator} :{name}"
        if operator == "~":
            self.values[name] = value
            return f"instr(lower({column}), lower(:{name})) > 0"
        if column in _IDS:  # kept in small letters, so that an index finds them
            self.values[name] = value.lower()
            return f"{column} {operator} :{name}"
        self.values[name] = _number(value) if value.isdecimal() else value
        return f"{column} {operator} :{name} COLLATE NOCASE"

    def _next_is(self, part: str) -> bool:
        if self.left and self.left[0] == part:
            self.left = self.left[1:]
            return True
        return False

    def _take(self) -> str:
        if not self.left:
            raise _malformed()
        part, self.left = self.left[0], self.left[1:]
        return part.strip()


def _column(field: str) -> str:
    column = _COLUMNS.get(field.strip().lower())
    if column is None:
        message = f"Error parsing query - Could not resolve property {field} on PushOperation"
        raise EmulatedError(400, message, service="ClientsApi")
    return column


def _number(written: str) -> int:
    if int(written) > _LARGEST:
        raise _malformed()
    return int(written)


def _moment(written: str) -> int:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise _malformed() from error
    return ticks(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _malformed() -> EmulatedError:
    return EmulatedError(400, "Error parsing query - Malformed query.", service="ClientsApi")
