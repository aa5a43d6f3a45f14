"""JSON that is the same text for equal values, and its digest."""

import hashlib
import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import cast

from codat.exact_json import MAX_LEVELS, dumps, whole_text
from codat.validation.values import is_number


def canonical(value: object) -> str:
    """Write the JSON text that all spellings of one value share: sorted keys, numbers by value."""
    try:
        return whole_text(_by_value(value))
    except RecursionError:
        raise ValueError(f"The record is nested more than {MAX_LEVELS} levels deep.") from None


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _by_value(value: object) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case dict():
            members = {
                _name(key): member for key, member in cast("dict[object, object]", value).items()
            }
            return f"{{{','.join([_member(key, members[key]) for key in sorted(members)])}}}"
        case list() | tuple():
            return f"[{','.join([_by_value(item) for item in cast('list[object]', value)])}]"
        case int() if value % 10 and not isinstance(value, bool):
            return repr(value)
        case int() | float() | Decimal() if is_number(value):
            return _shortest(str(value))
        case _:
            return dumps(value)


def _member(name: str, value: object) -> str:
    return f"{encode_basestring(name)}:{_by_value(value)}"


def _name(key: object) -> str:
    return key if isinstance(key, str) else next(iter(json.loads(dumps({key: None}))))


def _shortest(number: str) -> str:
    """Write a number's sign, its digits from the first to the last that is not 0, its power."""
    mantissa, _, exponent = number.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return "0"
    power = int(exponent or 0) - len(fraction) + len(digits) - len(significant)
    return f"{sign}{significant}{f'e{power}' if power else ''}"
