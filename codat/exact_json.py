"""JSON whose numbers keep the digits that the caller wrote."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, NoReturn, Self, TypeVar, cast

import simplejson

from codat.turns import is_large

T = TypeVar("T")

MAX_LEVELS = 100
"""Of objects and lists in each other that a record may have."""

MAX_VALUES = 100_000
"""Of texts, numbers, objects and lists together that a record may have."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Python refuses to read longer whole numbers, and no ledger has them.
_MAX_DIGITS = 4300
# Decimal itself gives up at 19.
_MAX_EXPONENT_DIGITS = 17
# One escape at a time, so that an escaped backslash before a "u" is not taken for one.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# Possessive, and the closing mark may lack: no text makes it go back.
_TEXTS = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)

_PIECE = 100
"""So many members are written at once, unless they are large themselves."""


class Number(Decimal):
    """A JSON number that keeps its text; equal to and hashed like the Decimal. Else ValueError."""

    __slots__ = ("_text",)
    _text: str

    def __new__(cls, text: str) -> Self:
        """Read one number as JSON spells it."""
        parts = _NUMBER.fullmatch(text)
        if not parts:
            raise ValueError(f"{text[:40]!r} is no JSON number.")
        return cls.written(text)

    @classmethod
    def written(cls, text: str) -> Self:
        """Take a text that is known to be a JSON number; ValueError when it is too long."""
        if len(text) > _MAX_EXPONENT_DIGITS:
            exponent = text.lower().partition("e")[2].lstrip("+-0")
            if len(text) > _MAX_DIGITS or len(exponent) > _MAX_EXPONENT_DIGITS:
                raise ValueError(f"The number {text[:40]}... is too long.")
        number = super().__new__(cls, text)
        number._text = text
        return number

    def __str__(self) -> str:
        return self._text


_FLAT = frozenset({str, int, float, bool, type(None), Decimal, Number})


def loads(  # noqa: ANN201, JSON is anything
    text: str | bytes,
    *,
    repair: bool = False,
    repeated: bool = False,
    most_values: int | None = None,
):
    """Read JSON; ValueError, one sentence.

    `repair` replaces broken characters by U+FFFD, `repeated` lets the last of equal members count.
    Text of more than `most_values` is refused before it is read.
    """
    try:
        raw = text if isinstance(text, bytes) else text.encode(errors="strict")
        decoded = raw.decode(errors="replace" if repair else "strict").removeprefix("\ufeff")
        if most_values is not None and _has_more(decoded, most_values):
            raise ValueError(f"It has more than {most_values} values.")
        return (_TAKES_REPEATED if repeated else _REFUSES_REPEATED).decode(
            _whole_characters(decoded, repair=repair)
        )
    except UnicodeError as error:
        raise ValueError("The text is not valid UTF-8.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"The text is not valid JSON: {error.msg} ({place}).") from error
    except RecursionError:
        raise ValueError(f"The JSON is nested more than {MAX_LEVELS} levels deep.") from None


def dumps(value: object) -> str:
    """Write JSON, every number with its own digits; what JSON can't say raises ValueError."""
    return _write(value)


def extent(value: object) -> tuple[int, int]:
    """Count the levels of objects and lists, and all values; no further than one is too many."""
    levels, values, layer = 0, 1, [value]
    while levels <= MAX_LEVELS and values <= MAX_VALUES:
        inner: list[object] = []
        is_level = False
        for member in layer:
            if isinstance(member, dict | list | tuple):
                is_level = True
                holder = cast("dict[object, object] | list[object]", member)
                inner.extend(holder.values() if isinstance(holder, dict) else holder)
        if not is_level:
            break
        levels, values, layer = levels + 1, values + len(inner), inner
    return levels, values


def _write(value: object) -> str:
    try:
        text = _in_pieces(value)
    except RecursionError:
        raise ValueError(f"The record is nested more than {MAX_LEVELS} levels deep.") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"The record is no JSON: {str(error).splitlines()[0]}.") from error
    return whole_text(text)


def _in_pieces(value: object) -> str:
    """Write a large value member by member: the library holds up all other threads meanwhile."""
    if isinstance(value, dict):
        members = cast("dict[object, object]", value)
        if _is_soon_written(members, members.values()):
            return _at_once(members)
        if len(members) == 1:
            ((name, member),) = members.items()
            return f"{_at_once({name: 0})[:-2]}{_in_pieces(member)}}}"
        return f"{{{_joined([dict(piece) for piece in _pieces(list(members.items()))])}}}"
    if not isinstance(value, list | tuple):
        return _at_once(value)
    items = list(cast("list[object]", value))
    if _is_soon_written(items, items):
        return _at_once(items)
    return f"[{_in_pieces(items[0]) if len(items) == 1 else _joined(_pieces(items))}]"


def _is_soon_written(value: object, members: Collection[object]) -> bool:
    if len(members) <= _PIECE and _FLAT.issuperset(map(type, members)):
        return True
    return not is_large(value)


def _pieces(items: list[T]) -> list[list[T]]:
    size = _PIECE if len(items) > _PIECE else 1
    return [items[begin : begin + size] for begin in range(0, len(items), size)]


def _joined(pieces: Iterable[object]) -> str:
    return ",".join([_in_pieces(piece)[1:-1] for piece in pieces])


def _at_once(value: object) -> str:
    return _ENCODER.encode(value)


def whole_text(text: str) -> str:
    """Give the text back. Raises: ValueError when it holds half a character."""
    try:
        text.encode()
    except UnicodeError:
        raise ValueError("The record holds half a character (a lone surrogate).") from None
    return text


def _integer(text: str) -> int | Number:
    if len(text) > _MAX_DIGITS:
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


def _decoder(*, repeated: bool) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_float=Number.written,
        parse_int=_integer,
        parse_constant=_refuse_constant,
        object_pairs_hook=None if repeated else _unique,
    )


# Made once: to make one takes longer than to read a small document.
_TAKES_REPEATED, _REFUSES_REPEATED = _decoder(repeated=True), _decoder(repeated=False)
_ENCODER = simplejson.JSONEncoder(
    use_decimal=True, allow_nan=False, ensure_ascii=False, separators=(",", ":")
)


def _whole_characters(text: str, *, repair: bool) -> str:
    def replace(found: re.Match[str]) -> str:
        if not found["half"]:
            return found[0]
        if not repair:
            raise ValueError("The text holds half a character (a lone surrogate).")
        return r"\ufffd"

    return _ESCAPE.sub(replace, text) if r"\u" in text else text


def _has_more(text: str, most: int) -> bool:
    """Whether a JSON text has more values, by its marks; an empty list or object counts twice."""
    return _marks(text) >= most and _marks(_TEXTS.sub("", text)) >= most


def _marks(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")
