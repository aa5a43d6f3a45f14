"""Conditions for the list of workflows: what the product writes, and nothing else."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

Row = Mapping[str, Any]
ProcessState = Callable[[Row], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<op>>=|<=|!=|=|>|<|\(|\)|,)|(?P<word>[A-Za-z_]\w*))"""
)
_KNOWN = {
    "WorkflowId",
    "RunId",
    "WorkflowType",
    "ExecutionStatus",
    "StartTime",
    "CloseTime",
    "PushStatus",
    "CompanyId",
    "ConnectionId",
    "DataType",
    "PushReference",
    "PushOperationKey",
    "PushDigest",
    "StartedBy",
}


class UnknownQuery(ValueError):
    """A condition that this reader does not know."""


class _Reader:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = list(self._split(query))
        self._place = 0

    def _split(self, query: str) -> list[str]:
        tokens, place = [], 0
        while place < len(query.rstrip()):
            found = _TOKEN.match(query, place)
            if not found:
                raise UnknownQuery(f"What is this? {query[place:]!r}")
            tokens.append(found.group().strip())
            place = found.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._place += 1
        return token

    def _expect(self, *words: str) -> None:
        for word in words:
            token = self._next()
            if token.upper() != word:
                raise UnknownQuery(f"{word} expected, not {token!r}, in {self._query!r}")

    def read(self) -> ProcessState:
        condition = self._either()
        if self._peek():
            raise UnknownQuery(f"What is this? {self._peek()!r} in {self._query!r}")
        return condition

    def _either(self) -> ProcessState:
        parts = [self._both()]
        while self._peek().upper() == "OR":
            self._next()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self) -> ProcessState:
        parts = [self._single()]
        while self._peek().upper() == "AND":
            self._next()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _single(self) -> ProcessState:
        if self._peek() == "(":
            self._next()
            inner = self._either()
            self._expect(")")
            return inner
        name = self._next()
        if name not in _KNOWN:
            raise UnknownQuery(f"No attribute {name!r}: {self._query!r}")
        return self._comparison(name, self._next().upper())

    def _comparison(self, name: str, operator: str) -> ProcessState:
        match operator:
            case "IS":
                is_negated = self._peek().upper() == "NOT"
                self._expect(*(["NOT", "NULL"] if is_negated else ["NULL"]))
                return lambda row: (row.get(name) is None) is not is_negated
            case "IN":
                values = set(self._values())
                return lambda row: row.get(name) in values
            case "STARTS_WITH":
                start = self._text()
                return lambda row: str(row.get(name) or "").startswith(start)
            case "=" | "!=" | ">" | ">=" | "<" | "<=":
                return _compare(name, operator, self._text())
            case _:
                raise UnknownQuery(f"No operator {operator!r}: {self._query!r}")

    def _values(self) -> list[str]:
        self._expect("(")
        values = [self._text()]
        while self._peek() == ",":
            self._next()
            values.append(self._text())
        self._expect(")")
        return values

    def _text(self) -> str:
        token = self._next()
        if token[:1] not in ("'", '"'):
            raise UnknownQuery(f"A text expected, not {token!r}, in {self._query!r}")
        return token[1:-1]


def _compare(name: str, operator: str, value: str) -> ProcessState:
    def holds(row: Row) -> bool:
        own = row.get(name)
        if own is None:
            return False
        if name.endswith("Time"):
            return _ordered(operator, own, _moment(value))
        return _ordered(operator, str(own), value)

    return holds


def _moment(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round(moment.timestamp() * 1e6) * 1000


def _ordered(operator: str, own: Any, value: Any) -> bool:
    match operator:
        case "=":
            return own == value
        case "!=":
            return own != value
        case ">":
            return own > value
        case ">=":
            return own >= value
        case "<":
            return own < value
        case _:
            return own <= value


@lru_cache(4096)
def read_query(query: str) -> ProcessState:
    """Read a condition; UnknownQuery for what the reader does not know."""
    if not query.strip():
        return lambda _: True
    return _Reader(query).read()
