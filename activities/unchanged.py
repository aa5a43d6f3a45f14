"""Whether all of a record came back unchanged, and whether another one may have come back so."""

import re
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from typing import cast

from activities.observations import Path
from activities.platform_changes import Column, is_distinctive, number_of
from activities.record_age import DATES, moment_of
from activities.record_facts import OF_OTHERS, Fields, amounts, references
from activities.record_texts import TOPICS
from codat.canonical_json import canonical

_KEPT = frozenset(TOPICS) | frozenset(DATES) | {"unitAmount", "quantity", "unitPrice", "netAmount"}
_OF_CODAT = frozenset({"modifiedDate", "sourceModifiedDate", "metadata"})
_OWN_NAME = {"suppliers": "supplierName", "customers": "customerName"}
_OWN_NUMBER = {
    "accounts": "nominalCode",
    "billCreditNotes": "billCreditNoteNumber",
    "bills": "reference",
    "chartOfAccounts": "nominalCode",
    "creditNotes": "creditNoteNumber",
    "invoices": "invoiceNumber",
    "items": "code",
    "journals": "journalCode",
    "purchaseOrders": "purchaseOrderNumber",
}
TEXT_LIMITS = frozenset(
    {20, 21, 22, 25, 30, 31, 41, 50, 60, 100, 200, 255, 500, 1000, 3999, 4000, 4096}
)
"""Characters at which platforms cut descriptions, notes, names and references, by their options."""

_IS_DATE = re.compile("(^date|Date|On)$")


def is_unchanged(sent: Fields, read: Fields) -> bool:
    """Tell whether every value that was sent came back, the lines in any order and no more."""
    columns = set(_columns(sent))
    places = {column[:depth] for column in columns for depth in range(len(column) + 1)}
    try:
        ours, theirs = (canonical(_part(record, columns, places)) for record in (sent, read))
    except ValueError:
        return False
    return bool(columns) and ours == theirs


def doubts(sent: Fields, read: Fields, data_type: str) -> Iterator[str]:
    """Say why another record may have come back exactly like this one, whole sentences.

    A twin that differs in one value looks like ours where the platform changed just that value.
    """
    if _has_more(sent, read):
        yield "The books have a text, a date, an amount or a reference that was not sent."
    if not _has_own_number(sent, data_type):
        yield "It has no number or name of its own that tells it from others."
    texts, numbers = _texts(sent), _rounded(sent)
    # One less, too: a space at the end is left out.
    if any({len(text), len(text) + 1} & TEXT_LIMITS for text in texts):
        yield "A text is just as long as a platform's limit, so it may be the beginning of another."
    if any("?" in text for text in texts):
        yield 'A text has a "?", which may stand for a letter that the platform does not have.'
    if numbers and all(number == number.to_integral_value() for number in numbers):
        yield "All of its amounts are whole, so they may be other amounts that were rounded."


def _has_more(sent: Fields, read: Fields) -> bool:
    """Tell whether the books have what no platform adds by itself."""
    ours = set(_columns(sent))
    kept = {column for column in _columns(read) if column[-1] in _KEPT}
    kept |= {_column(reference.path) for reference in references(read)}
    others = {column for column in kept - ours if column[0] not in OF_OTHERS}
    return bool(others) or (any(amounts(read)) and not any(amounts(sent)))


def _column(path: Path) -> Column:
    return tuple(part for part in path if isinstance(part, str))


def _has_own_number(sent: Fields, data_type: str) -> bool:
    name = sent.get(_OWN_NAME.get(data_type, ""))
    number = sent.get(_OWN_NUMBER.get(data_type, ""))
    return (isinstance(name, str) and is_distinctive(name, is_name=True)) or (
        isinstance(number, str) and is_distinctive(number, is_name=False)
    )


def _columns(value: object, column: Column = ()) -> Iterator[Column]:
    """Give the columns that hold a value, without those that Codat fills."""
    match value:
        case dict():
            for name, member in cast("Fields", value).items():
                if column or name not in _OF_CODAT:
                    yield from _columns(member, (*column, name))
        case list():
            for item in cast("list[object]", value):
                yield from _columns(item, column)
        case None | "":
            return
        case _:
            yield column


def _part(value: object, columns: set[Column], places: set[Column], column: Column = ()) -> object:
    """Give what a record has in these columns: lists sorted, dates in UTC.

    `places`: the columns and what holds them. A line that has none of them counts as a line.
    """
    if column not in places:
        return None
    match value:
        case dict():
            members = cast("Fields", value).items()
            parts = {
                name: _part(member, columns, places, (*column, name)) for name, member in members
            }
            return {name: part for name, part in parts.items() if part is not None}
        case list():
            rows = cast("list[object]", value)
            return sorted((_part(row, columns, places, column) for row in rows), key=canonical)
        case str() if _IS_DATE.search(column[-1]) and (moment := moment_of(value)):
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat()
        case _:
            return value if column in columns and value != "" else None


def _values(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            for inner, member in cast("Fields", value).items():
                yield from _values(member, inner)
        case list():
            for item in cast("list[object]", value):
                yield from _values(item, name)
        case _:
            yield name, value


def _texts(record: Fields) -> list[str]:
    return [
        value
        for name, value in _values(record)
        if isinstance(value, str) and not name.lower().endswith("id") and not moment_of(value)
    ]


def _rounded(record: Fields) -> list[Decimal]:
    """Give the numbers that a platform may round; rates and shares are none."""
    return [
        number
        for name, value in _values(record)
        if not isinstance(value, str) and not name.endswith(("Rate", "Percentage", "quantity"))
        if (number := number_of(value)) is not None
    ]
