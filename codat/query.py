"""Conditions of Codat's query language, written so that a value can't change their meaning.

The language has no quotes and no escapes, so a value that it would take apart is refused here.
Source: docs.codat.io/using-the-api/querying.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, get_args
from urllib.parse import quote
from uuid import UUID

Operator = Literal["=", "!=", "~", ">", "<", ">=", "<="]
QueryValue = str | bool | float | Decimal | UUID | date

MAX_LENGTH = 2048
"""A query has fewer characters than this; whether before or after URL-encoding is not said."""

_MAX_DIGITS = 40
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*")
# The last alternative: at the edge of a value it would join the operator beside it.
_TAKEN_APART = re.compile(r"[=~<>{}\x00-\x1f\x7f]|&&|\|\||^[&|!]|[&|!]$")


@dataclass(frozen=True)
class Condition:
    """One comparison of a field; dots lead to sub-properties, as in `supplierRef.id`.

    Texts take `=`, `!=` and `~` (contains), numbers and dates all but `~`, booleans `=` and `!=`.
    A datetime with a zone is sent in UTC, one without as it is, the business's local time.
    Raises: ValueError for what can't be queried, such as lists, None and parts of lists.
    """

    field: str
    operator: Operator
    value: QueryValue

    def __post_init__(self) -> None:
        if not _FIELD.fullmatch(self.field):
            raise ValueError(f"{self.field[:80]!r} is no field that Codat can query.")
        if self.operator not in get_args(Operator):
            raise ValueError(f"{self.operator!r} is no operator of Codat's query language.")
        if self.operator not in _operators(self.value):
            kind = type(self.value).__name__
            raise ValueError(f"{self.operator} can't be used with a value of type {kind}.")
        _value_text(self.value)

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{_value_text(self.value)}"


def query_text(conditions: Iterable[Condition]) -> str | None:
    """Join conditions that must all hold; None if there are none.

    Raises: ValueError for a query that is too long.
    """
    query = "&&".join(map(str, conditions))
    if len(quote(query)) >= MAX_LENGTH:
        raise ValueError(f"The query is too long: Codat takes fewer than {MAX_LENGTH} characters.")
    return query or None


def _operators(value: object) -> tuple[str, ...]:
    match value:
        case bool() | UUID():
            return ("=", "!=")
        case str():
            return ("=", "!=", "~")
        case int() | float() | Decimal() | date():
            return ("=", "!=", ">", "<", ">=", "<=")
        case _:
            raise ValueError(f"Codat can't query a value of type {type(value).__name__}.")


def _value_text(value: QueryValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return _number(value)
        case _:
            return _text(str(value))


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _number(value: float | Decimal) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError("Codat can't query a number that is not finite.")
    exponent = number.as_tuple().exponent
    if abs(number.adjusted()) > _MAX_DIGITS or abs(int(exponent)) > _MAX_DIGITS:
        raise ValueError(f"Codat can't query a number of more than {_MAX_DIGITS} digits.")
    return format(number, "f")


def _text(value: str) -> str:
    value.encode()
    is_blank_at_edge = not value or value != value.strip()
    if is_blank_at_edge or _TAKEN_APART.search(value) or value.casefold() == "null":
        raise ValueError(f"{value[:80]!r} can't be written in Codat's query language.")
    return value
