"""What a value in a record may be taken for."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import cast

_MAX_BITS = 14_000  # Python writes no whole number of more than 4,300 digits
_UUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\}?")
_OTHER_DATE = re.compile(
    r"\s*(\d{1,2})[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/., ]+(\d{2}|\d{4})\b", re.ASCII
)
_SENT_FOR_A_DATE = re.compile(r"^/Date\(|^\s*$")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_THIS_CENTURY = 2000


def text_of(value: object) -> str:
    """Return a value as a text, also where Python refuses: a whole number of 5,000 digits."""
    try:
        return str(value)
    except ValueError:
        return "a number of thousands of digits"


def exact(number: float | Decimal) -> Decimal:
    """Return a number as it is written in decimal, so that 0.1 equals 0.10 whatever its type."""
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def may_pass_for_date(text: str) -> bool:
    """Return whether a text that is no ISO 8601 date may be taken for one: 30/11/2026, or empty."""
    return _SENT_FOR_A_DATE.search(text) is not None or bool(dates_in(text))


def dates_in(text: str) -> list[date]:
    """Return what 05/06/2026 may be read as, the day first and the month first; none: no date."""
    found = _OTHER_DATE.match(text)
    return list(dict.fromkeys(_readings(*found.groups()))) if found else []


def _readings(first: str, second: str, year: str) -> Iterator[date]:
    whole = int(year) if len(year) > len("26") else _THIS_CENTURY + int(year)
    orders = ((first, second), (second, first)) if second.isdigit() else ((first, second),)
    for day, month in orders:
        try:
            yield date(whole, _month(month), int(day))
        except ValueError:
            continue


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    word = text.lower()
    return next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(word)), 0)


def reads_as(kind: str, instance: object) -> bool:
    """Return whether the platform's reader makes that type of it, as from a number in quotes."""
    match kind:
        case "string":
            return not isinstance(instance, dict | list)
        case "number":
            return isinstance(instance, str) and is_number(_decimal(instance))
        case "boolean":
            return isinstance(instance, str) and instance.lower() in {"true", "false"}
        case _:
            return False


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def is_date(value: object) -> bool:
    """Return whether a text is a date as Codat documents it, ISO 8601."""
    try:
        datetime.fromisoformat(value.strip() if isinstance(value, str) else "2000-01-01")
    except ValueError:
        return False
    return True


def is_email(value: object) -> bool:
    """Return whether a text may be an e-mail address."""
    return not isinstance(value, str) or "@" in value


def is_uuid(value: object) -> bool:
    """Return whether a text is a GUID."""
    return not isinstance(value, str) or _UUID.fullmatch(value) is not None


def places(number: object) -> int:
    """Return how many decimal places a number needs."""
    digits = exact(cast("Decimal", number)).as_tuple()
    text = "".join(map(str, digits.digits))
    zeros = len(text) - len(text.rstrip("0"))
    return max(0, -cast("int", digits.exponent) - zeros) if zeros < len(text) else 0


def is_number(value: object) -> bool:
    """Return whether a value is a number that JSON can hold."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return isfinite(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value.bit_length() < _MAX_BITS
