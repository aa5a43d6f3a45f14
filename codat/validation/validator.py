"""The JSON Schema validator of option documents: null is absent, names ignore case, fast."""

import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, cast

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from codat.validation.schema import ALTERNATIVES, json_schema
from codat.validation.values import (
    exact,
    is_date,
    is_email,
    is_number,
    is_uuid,
    places,
    reads_as,
    text_of,
)

Schema = dict[str, Any]
Errors = Iterator[ValidationError]
Record = dict[str, Any]


class Checker(Protocol):
    """A validator of the jsonschema library, which has no types of its own."""

    schema: Schema

    def iter_errors(self, instance: object) -> Errors:
        """Yield all errors."""
        ...

    def is_valid(self, instance: object) -> bool:
        """Return whether there is no error."""
        ...

    def is_type(self, instance: object, type: str) -> bool:  # noqa: A002, the library's name
        """Return whether a value is of that JSON type."""
        ...


class Fields(NamedTuple):
    """The checkers of an object's fields, and how the document writes each name."""

    checkers: dict[str, Checker]
    spellings: dict[str, str]

    def listed(self, name: str) -> str | None:
        """Return the name as the document writes it; None when it lists no such field."""
        return name if name in self.checkers else self.spellings.get(name.casefold())


def compile_schema(document: object) -> Checker:
    """Return a checker for many records against one document; else UnreadableOptions."""
    return _compiled(json_schema(document))


def keeps(keyword: str, limit: object, value: object) -> bool:
    """Return whether a value keeps one rule."""
    return _compiled({keyword: limit}).is_valid(value)


def _compiled(schema: dict[str, Any]) -> Checker:
    compiled = dict(schema)
    if "properties" in schema:
        checkers = {name: _compiled(field) for name, field in schema["properties"].items()}
        compiled["properties"] = Fields(checkers, {name.casefold(): name for name in checkers})
    if "items" in schema:
        compiled["items"] = _compiled(schema["items"])
    if "enum" in schema:
        compiled["enum"] = frozenset({*map(_by_value, schema["enum"]), *map(str, schema["enum"])})
        compiled["x-spellings"] = _spellings(schema)
    # A record's numbers are Decimals, which a float of the document equals by chance only.
    compiled |= {name: exact(schema[name]) for name in _BROKEN.keys() & schema.keys()}
    return _checker_of(compiled, format_checker=_FORMATS)


def _by_value(choice: object) -> object:
    return exact(choice) if isinstance(choice, float) else choice


def _spellings(schema: Schema) -> dict[str, object]:
    labels = {label["title"].casefold(): label["const"] for label in schema["oneOf"]}
    return labels | {str(value).casefold(): value for value in schema["enum"]}


def _properties(_: Checker, fields: Fields, instance: object, __: object) -> Errors:
    if not isinstance(instance, dict):
        return
    record = cast("Record", instance)
    for key, value in record.items():
        name = str(key)
        listed = fields.listed(name)
        if value is None:
            continue
        if listed is None or (listed != name and listed in record):
            yield ValidationError("", validator="unlisted", path=(name,), instance=value)
            continue
        if listed != name:
            yield ValidationError("", validator="spelling", path=(name,), validator_value=listed)
        for error in fields.checkers[listed].iter_errors(value):
            error.path.appendleft(name)
            yield error


def _items(_: Checker, checker: Checker, instance: object, __: object) -> Errors:
    if not isinstance(instance, list):
        return
    for index, item in enumerate(cast("list[object]", instance)):
        for error in checker.iter_errors(item) if item is not None else ():
            error.path.appendleft(index)
            yield error


def _required(_: Checker, names: list[str], instance: object, schema: Record) -> Errors:
    yield from _missing("required", names, instance, schema)


def _advised(_: Checker, names: list[str], instance: object, schema: Record) -> Errors:
    given = _given(instance)
    if any(name.casefold() in given for name in ALTERNATIVES):
        names = [name for name in names if name not in ALTERNATIVES]
    yield from _missing("x-required", names, instance, schema)


def _missing(keyword: str, names: list[str], instance: object, schema: Record) -> Errors:
    if not isinstance(instance, dict):
        return
    record = cast("Record", instance)
    absent = [name for name in names if record.get(name) is None]
    given = _given(record) if absent else ()
    for name in absent:
        if name.casefold() not in given:
            field = schema["properties"].checkers[name].schema
            yield ValidationError("", validator=keyword, path=(name,), schema=field)


def _given(instance: object) -> set[str]:
    record = cast("Record", instance) if isinstance(instance, dict) else {}
    return {str(name).casefold() for name, value in record.items() if value is not None}


def _type(checker: Checker, kinds: str | list[str], instance: object, _: object) -> Errors:
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(checker.is_type(instance, kind) for kind in kinds):
        readable = any(reads_as(kind, instance) for kind in kinds)
        yield ValidationError("", validator="loose-type" if readable else "type")


def _enum(_: Checker, choices: frozenset[object], instance: object, __: object) -> Errors:
    comparable = isinstance(instance, str | bool) or is_number(instance)
    if comparable and _by_value(instance) not in choices and text_of(instance) not in choices:
        yield ValidationError("")


_BROKEN: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "exclusiveMaximum": operator.ge,
    "exclusiveMinimum": operator.le,
    "maximum": operator.gt,
    "minimum": operator.lt,
    "multipleOf": lambda number, unit: places(number) > places(unit),
}
"""When a number breaks a limit, by keyword."""


def _bound(is_broken: Callable[[Decimal, Decimal], bool]) -> Callable[..., Errors]:
    def check(_: Checker, limit: Decimal, instance: object, __: object) -> Errors:
        if is_number(instance) and is_broken(exact(cast("Decimal", instance)), limit):
            yield ValidationError("")

    return check


def _numbers(_: object, value: object) -> bool:
    return is_number(value)


def _labels_only(*_: object) -> Errors:
    return iter(())


_FORMATS = FormatChecker(formats=())
for _name, _is_of_format in {"date-time": is_date, "email": is_email, "uuid": is_uuid}.items():
    _FORMATS.checks(_name)(_is_of_format)

_checker_of = cast(
    "Callable[..., Checker]",
    cast("Any", validators).extend(
        Draft202012Validator,
        {
            "enum": _enum,
            "items": _items,
            **{keyword: _bound(is_broken) for keyword, is_broken in _BROKEN.items()},
            "oneOf": _labels_only,
            "properties": _properties,
            "required": _required,
            "type": _type,
            "x-required": _advised,
        },
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _numbers),
    ),
)
