"""Would the platform take this record? The rules that an option document only tells in words."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeGuard, cast

from emulator.platforms.options import OptionField, pascal
from emulator.store import JsonObject

Value = Any
Found = Generator[JsonObject]

_READ_ONLY = frozenset({"id", "modifiedDate", "sourceModifiedDate", "metadata"})
_DIGITS = 28
"""Before the point; what has more adds up to nothing exact."""


@dataclass(frozen=True)
class RecordRules:
    """What a rule may ask about the records of a connection."""

    exists: Callable[[str, str], bool]
    taken: Callable[[str], bool]


@dataclass
class RuleResult:
    """Errors refuse the record, warnings come along with it."""

    errors: list[JsonObject] = field(default_factory=list[JsonObject])
    warnings: list[JsonObject] = field(default_factory=list[JsonObject])


def check_record(
    data_type: str, root: OptionField, record: JsonObject, books: RecordRules
) -> RuleResult:
    """Hold a record against the fields of its data type and against the books."""
    verdict = RuleResult()
    verdict.warnings.extend(_unlisted(root, record, ""))
    verdict.errors.extend(_missing(root, record))
    verdict.errors.extend(_broken(root, record, "", books))
    verdict.errors.extend(_sums(data_type, record))
    verdict.errors.extend(_alternatives(record))
    return verdict


def unique_number(root: OptionField, record: JsonObject) -> str | None:
    """Give the value that must be unique among the records of its kind, where there is one."""
    for name, option in root.fields.items():
        if option.unique and record.get(name) is not None:
            return str(record[name])
    return None


def complaint(path: str, message: str, validator: str) -> JsonObject:
    """Build a validation item."""
    return {"itemId": pascal(path), "message": message, "validatorName": validator}


def _unlisted(option: OptionField, record: Mapping[str, Value], path: str) -> Found:
    for name, value in record.items():
        inner, where = option.fields.get(name), f"{path}.{name}" if path else name
        if value is None:
            continue
        if inner is None:
            message = f"{pascal(where)} is not supported and will be ignored."
            yield complaint(where, message, "UnsupportedField")
        elif inner.fields:
            for step, item in _members(inner, value, where):
                yield from _unlisted(inner, item, step)


def _missing(root: OptionField, record: JsonObject) -> Found:
    for name, option in root.fields.items():
        if option.required and name not in _READ_ONLY and record.get(name) is None:
            yield complaint(name, f"{option.title} must be provided.", "Required")


def _broken(
    option: OptionField, record: Mapping[str, Value], path: str, books: RecordRules
) -> Found:
    for name, inner in option.fields.items():
        value, where = record.get(name), f"{path}.{name}" if path else name
        if value is None:
            continue
        if not _fits(inner, value):
            yield complaint(where, f"Must be of type {inner.type}.", "Type")
            continue
        for message, validator in _objections(inner, value, books):
            yield complaint(where, message, validator)
        if inner.fields:
            for step, item in _members(inner, value, where):
                yield from _broken(inner, item, step, books)


def _members(option: OptionField, value: Value, path: str) -> Generator[tuple[str, JsonObject]]:
    if option.type == "Object" and isinstance(value, dict):
        yield path, cast(JsonObject, value)
    elif isinstance(value, list):
        for index, item in enumerate(cast(list[Value], value)):
            if isinstance(item, dict):
                yield f"{path}[{index}]", cast(JsonObject, item)


def _fits(option: OptionField, value: Value) -> bool:
    match option.type:
        case "Object":
            return isinstance(value, dict)
        case "Array":
            return isinstance(value, list)
        case "Boolean":
            return isinstance(value, bool)
        case "Number":
            return _is_amount(value) and not isinstance(value, bool)
        case "DateTime":
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str)


def _is_amount(value: Value) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and Decimal(value).adjusted() < _DIGITS


def _is_date(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def _objections(
    option: OptionField, value: Value, books: RecordRules
) -> Generator[tuple[str, str]]:
    if isinstance(value, str):
        if not (option.shortest or 0) <= len(value) <= (option.longest or len(value)):
            yield f"{option.title} must not be longer than {option.longest} characters.", "Length"
        if option.choices and value not in {known for known, _ in option.choices}:
            yield f"'{value}' is not one of the accepted values.", "Enumeration"
        if option.unique and books.taken(value):
            yield f"A record with the {option.title.lower()} '{value}' already exists.", "Unique"
        if option.refers and not books.exists(option.refers, value):
            yield f"No record of {option.refers} has the identifier '{value}'.", "Reference"
    elif isinstance(value, int | Decimal) and option.positive and value <= 0:
        yield f"{option.title} must be greater than zero.", "Range"
    elif (
        isinstance(value, Decimal)
        and option.decimals is not None
        and _places(value) > option.decimals
    ):
        yield (
            f"{option.title} must not have more than {option.decimals} decimal places.",
            "Precision",
        )
    elif isinstance(value, list) and option.most and len(cast(list[Value], value)) > option.most:
        yield f"No more than {option.most} items are accepted.", "Count"


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _sums(data_type: str, record: JsonObject) -> Found:
    if data_type == "journalEntries":
        total = _total(record.get("journalLines"), "netAmount")
        if total:
            message = f"Debits and credits differ by {total}."
            yield complaint("journalLines", message, "Balance")
        return
    for lines, amount in (("lineItems", "totalAmount"), ("lines", "amount")):
        stated, total = record.get("totalAmount"), _total(record.get(lines), amount)
        if _is_amount(stated) and total is not None and total != stated:
            message = f"The lines add up to {total}, not to {stated}."
            yield complaint("totalAmount", message, "Total")


def _alternatives(record: JsonObject) -> Found:
    """Refuse a line that names both an account and an item."""
    lines: Value = record.get("lineItems")
    for index, line in enumerate(cast(list[Value], lines) if isinstance(lines, list) else []):
        given = cast(JsonObject, line) if isinstance(line, dict) else {}
        if given.get("accountRef") and given.get("itemRef"):
            message = "Either accountRef or itemRef must be given, not both."
            yield complaint(f"lineItems[{index}]", message, "Alternative")


def _total(lines: Value, name: str) -> Decimal | None:
    """Add up a column, or give None where a line lacks it."""
    if not isinstance(lines, list) or not lines:
        return None
    amounts: list[Decimal] = []
    for line in cast(list[Value], lines):
        amount: Value = cast(JsonObject, line).get(name) if isinstance(line, dict) else None
        if not _is_amount(amount):
            return None
        amounts.append(Decimal(amount))
    return sum(amounts, Decimal(0))
