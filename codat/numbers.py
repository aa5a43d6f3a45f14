"""JSON whose numbers keep the digits that the caller wrote."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from typing import Any, NoReturn, Self, cast

import simplejson

MOST_LEVELS = 100
"""Of objects and lists in each other that a record may have."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Python refuses to read longer whole numbers, and no ledger has them.
_MOST_DIGITS = 4300
# Decimal itself gives up at 19.
_MOST_EXPONENT_DIGITS = 17
# One escape at a time, so that an escaped backslash before a "u" is not taken for one.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class Number(Decimal):
    """A JSON number that keeps its text; equal to and hashed like the Decimal. Else ValueError."""

    __slots__ = ("_text",)
    _text: str

    def __new__(cls, text: str) -> Self:
        """Read one number as JSON spells it."""
        parts = _NUMBER.fullmatch(text)
        if not parts:
            raise ValueError(f"{text[:40]!r} is no JSON number.")
        exponent = (parts[3] or "")[1:].lstrip("+-0")
        if len(text) > _MOST_DIGITS or len(exponent) > _MOST_EXPONENT_DIGITS:
            raise ValueError(f"The number {text[:40]}... is too long.")
        number = super().__new__(cls, text)
        number._text = text
        return number

    def __str__(self) -> str:
        return self._text


def loads(text: str | bytes, *, repair: bool = False, repeated: bool = False) -> Any:  # noqa: ANN401, JSON is anything
    """Read JSON; ValueError, one sentence.

    `repair` replaces broken characters by U+FFFD, `repeated` lets the last of equal members count.
    """
    try:
        raw = text if isinstance(text, bytes) else text.encode(errors="strict")
        decoded = raw.decode("utf-8-sig", errors="replace" if repair else "strict")
        return json.loads(
            _whole_characters(decoded, repair=repair),
            parse_float=Number,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=None if repeated else _unique,
        )
    except UnicodeError as error:
        raise ValueError("The text is not valid UTF-8.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"The text is not valid JSON: {error.msg} ({place}).") from error
    except RecursionError:
        raise ValueError(f"The JSON is nested more than {MOST_LEVELS} levels deep.") from None


def dumps(value: object) -> str:
    """Write JSON, every number with its own digits; what JSON can't say raises ValueError."""
    return _write(value, sort_keys=False)


def canonical(value: object) -> str:
    """Write the JSON text that all spellings of one value share: sorted keys, numbers by value."""
    try:
        return _write(_by_value(value), sort_keys=True)
    except RecursionError:
        raise ValueError(f"The record is nested more than {MOST_LEVELS} levels deep.") from None


def is_too_deep(value: object) -> bool:
    """Whether a value has more than MOST_LEVELS of objects and lists in each other."""
    layer = [value]
    for _ in range(MOST_LEVELS + 1):
        layer = [member for one in layer for member in _members(one)]
        if not layer:
            return False
    return True


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _write(value: object, *, sort_keys: bool) -> str:
    try:
        text = simplejson.dumps(
            value,
            use_decimal=True,
            allow_nan=False,
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=sort_keys,
        )
        text.encode()
    except RecursionError:
        raise ValueError(f"The record is nested more than {MOST_LEVELS} levels deep.") from None
    except UnicodeError:
        raise ValueError("The record holds half a character (a lone surrogate).") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"The record is no JSON: {str(error).splitlines()[0]}.") from error
    return text


def _integer(text: str) -> int | Number:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"The number {text[:40]}... is too long.")
    return Number(text) if text == "-0" else int(text)


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number.")


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(members)
    if len(read) < len(members):
        ((name, _),) = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f"The member {name[:40]!r} is given more than once.")
    return read


def _whole_characters(text: str, *, repair: bool) -> str:
    def replace(found: re.Match[str]) -> str:
        if not found["half"]:
            return found[0]
        if not repair:
            raise ValueError("The text holds half a character (a lone surrogate).")
        return r"\ufffd"

    return _ESCAPE.sub(replace, text) if r"\u" in text else text


def _members(value: object) -> Collection[object]:
    # An empty one is a level too.
    match value:
        case dict():
            return cast("dict[object, object]", value).values() or (None,)
        case list() | tuple():
            return cast("list[object]", value) or (None,)
        case _:
            return ()


def _by_value(value: object) -> object:
    match value:
        case dict():
            members = cast("dict[object, object]", value)
            return {key: _by_value(member) for key, member in members.items()}
        case list() | tuple():
            return [_by_value(item) for item in cast("list[object]", value)]
        case int() if not isinstance(value, bool):
            return _shortest(Decimal(value))
        case float():
            return _shortest(Decimal(repr(value)))
        case Decimal():
            return _shortest(value)
        case _:
            return value


def _shortest(number: Decimal) -> Decimal:
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return number  # NaN and infinities are the writer's to refuse
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return Number("0")
    exponent += len(text) - len(significant)
    return Number(f"{'-' * sign}{significant}{f'e{exponent}' if exponent else ''}")
