"""The API's query language and ordering over the records of a data type.

Neither lists nor nulls can be queried, nor what is in a list.
Source: docs.codat.io/using-the-api/querying.
"""

import functools
import operator
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from emulator.books import TRANSACTIONS
from emulator.errors import EmulatedError
from emulator.filters import FilterParser, malformed, moment_of, unresolved
from emulator.platforms.documents import DOCUMENTS
from emulator.platforms.fields import group, moment, text
from emulator.platforms.options import OptionField
from emulator.platforms.platforms import PLATFORMS
from emulator.store import JsonObject

Predicate = Callable[[JsonObject], bool]

_OF_EVERY_RECORD = {
    "id": text("Identifier"),
    "modifiedDate": moment("Changed in Codat"),
    "sourceModifiedDate": moment("Changed in the software"),
    "metadata": group("Metadata", {"isDeleted": OptionField("Boolean", "Is deleted")}),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "~": lambda shown, wanted: wanted in shown,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_OF_TEXTS = ("=", "!=", "~")
_OF_BOOLEANS = ("=", "!=")
_OF_NUMBERS = ("=", "!=", "<", ">", "<=", ">=")


def selected(
    records: Iterable[JsonObject], data_type: str, platforms: Iterable[str], query: str
) -> list[JsonObject]:
    """Give the records that a query describes. Raises: EmulatedError 400."""
    if not query.strip():
        return list(records)
    chosen = _RecordParser(query, RecordFields(data_type, platforms)).parse()
    return [record for record in records if chosen(record)]


def ordered(
    records: list[JsonObject], data_type: str, platforms: Iterable[str], order: str
) -> list[JsonObject]:
    """Sort records by a field, with a minus in front downwards; what lacks it comes first.

    Raises: EmulatedError 400.
    """
    steps, kind = RecordFields(data_type, platforms).find(order.lstrip("-+"))

    def key(record: JsonObject) -> tuple[bool, Any]:
        shown = _shown(_value(record, steps), kind)
        return (False, 0) if shown is None else (True, shown)

    return sorted(records, key=key, reverse=order.startswith("-"))


class RecordFields:
    """The fields of a data type that can be queried, on any of some platforms."""

    def __init__(self, data_type: str, platforms: Iterable[str]) -> None:
        self._data_type = data_type
        roots = [PLATFORMS[platform].accepts(data_type) for platform in set(platforms)]
        shared = DOCUMENTS.get(data_type, group(data_type, {"name": text("Name")}))
        self._roots = [_as_record(root, data_type) for root in (shared, *roots) if root]

    def find(self, path: str) -> tuple[list[str], str]:
        """Give the names that lead to a field, and its type. Raises: EmulatedError 400."""
        for root in self._roots:
            found = _find(root, path.strip().split("."))
            if found:
                return found
        raise unresolved(path, self._data_type)


class _RecordParser(FilterParser[Predicate]):
    def __init__(self, query: str, fields: RecordFields) -> None:
        super().__init__(query)
        self._fields = fields

    def conjunction(self, terms: list[Predicate]) -> Predicate:
        return lambda record: all(term(record) for term in terms)

    def alternative(self, terms: list[Predicate]) -> Predicate:
        return lambda record: any(term(record) for term in terms)

    def comparison(self, field: str, operator: str, value: str) -> Predicate:
        steps, kind = self._fields.find(field)
        wanted = _wanted(kind, operator, value)
        compare = _COMPARE[operator]

        def holds(record: JsonObject) -> bool:
            shown = _shown(_value(record, steps), kind)
            return shown is not None and compare(shown, wanted)

        return holds


def _as_record(root: OptionField, data_type: str) -> OptionField:
    own = root.fields["transactions"].fields if data_type == TRANSACTIONS else root.fields
    return root.but(fields={**own, **_OF_EVERY_RECORD})


def _find(root: OptionField, path: list[str]) -> tuple[list[str], str] | None:
    steps: list[str] = []
    here = root
    for step in path:
        names = {name.lower(): name for name in here.fields} if here.type == "Object" else {}
        name = names.get(step.lower())
        if name is None:
            return None
        steps.append(name)
        here = here.fields[name]
    return None if here.type in ("Object", "Array") else (steps, here.type)


def _wanted(kind: str, operator: str, value: str) -> object:
    """Read the value of a query; what its field's type can't be compared with is malformed."""
    if value.lower() == "null":
        raise EmulatedError(400, "Error parsing query - Querying on null is not supported.")
    match kind:
        case "Number" if operator in _OF_NUMBERS:
            return _decimal(value)
        case "DateTime" if operator in _OF_NUMBERS:
            return moment_of(value)
        case "Boolean" if operator in _OF_BOOLEANS and value.lower() in ("true", "false"):
            return value.lower() == "true"
        case "String" if operator in _OF_TEXTS:
            return value.casefold()
        case _:
            raise malformed()


def _decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise malformed() from error
    if not number.is_finite():
        raise malformed()
    return number


def _value(record: object, steps: list[str]) -> object:
    return functools.reduce(_member, steps, record)


def _member(value: object, name: str) -> object:
    return cast(JsonObject, value).get(name) if isinstance(value, dict) else None


def _shown(value: object, kind: str) -> Any:  # noqa: ANN401  # as its type is compared
    """Give a record's value as it is compared; None where it has none of this type."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    match kind:
        case "Number" if is_number:
            return Decimal(str(value))
        case "Boolean" if isinstance(value, bool):
            return value
        case "DateTime" if isinstance(value, str):
            try:
                return moment_of(value)
            except EmulatedError:
                return None
        case "String" if isinstance(value, str) or is_number:
            return str(value).casefold()
        case _:
            return None
