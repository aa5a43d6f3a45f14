"""The grammar of the API's query language, whatever a comparison is turned into.

Comparisons (field, operator, value) are joined by `&&` and `||` and grouped by braces; a value has
no quotes and no escapes. Source: docs.codat.io/using-the-api/querying.
"""

import re
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Generic, TypeVar

from emulator.clock import ticks
from emulator.errors import EmulatedError

T = TypeVar("T")

_MAX_LENGTH = 2048
_MAX_DEPTH = 20
_TOKEN = re.compile(r"\s*(&&|\|\||\{|\}|!=|<=|>=|[=~<>])\s*")
_OPERATORS = frozenset({"=", "!=", "~", "<", ">", "<=", ">="})


class FilterParser(ABC, Generic[T]):
    """Recursive descent over the parts of one query."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._left = [part for part in _TOKEN.split(query) if part.strip()]
        self._depth = 0

    @abstractmethod
    def comparison(self, field: str, operator: str, value: str) -> T:
        """Turn one comparison into what it means. Raises: EmulatedError 400 if it means nothing."""

    @abstractmethod
    def conjunction(self, terms: list[T]) -> T:
        """Join terms that must all hold."""

    @abstractmethod
    def alternative(self, terms: list[T]) -> T:
        """Join terms of which one must hold."""

    def parse(self) -> T:
        """Read the whole query. Raises: EmulatedError 400 if it can't be read."""
        if len(self._query) >= _MAX_LENGTH:
            raise malformed()
        found = self._alternatives()
        if self._left:
            raise malformed()
        return found

    def _alternatives(self) -> T:
        terms = [self._conjunction()]
        while self._next_is("||"):
            terms.append(self._conjunction())
        return self.alternative(terms)

    def _conjunction(self) -> T:
        terms = [self._single()]
        while self._next_is("&&"):
            terms.append(self._single())
        return self.conjunction(terms)

    def _single(self) -> T:
        if self._next_is("{"):
            return self._group()
        field, operator, value = self._take(), self._take(), self._take()
        if operator not in _OPERATORS or _TOKEN.fullmatch(field) or _TOKEN.fullmatch(value):
            raise malformed()
        return self.comparison(field, operator, value)

    def _group(self) -> T:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise malformed()
        found = self._alternatives()
        if not self._next_is("}"):
            raise malformed()
        self._depth -= 1
        return found

    def _next_is(self, part: str) -> bool:
        if self._left and self._left[0] == part:
            self._left = self._left[1:]
            return True
        return False

    def _take(self) -> str:
        if not self._left:
            raise malformed()
        part, self._left = self._left[0], self._left[1:]
        return part.strip()


def malformed() -> EmulatedError:
    """Give the error for a query that can't be read."""
    return EmulatedError(400, "Error parsing query - Malformed query.", service="ClientsApi")


def unresolved(field: str, kind: str) -> EmulatedError:
    """Give the error for a field that `kind`, such as PushOperation, does not have."""
    message = f"Error parsing query - Could not resolve property {field} on {kind}"
    return EmulatedError(400, message, service="ClientsApi")


def moment_of(written: str) -> int:
    """Turn a date of a query into ticks, UTC without a zone; 400 when it is none."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise malformed() from error
    return ticks(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
