"""Is the record that a platform echoes the one that was sent? In doubt: unclear."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import cast

Pointer = tuple[str | int, ...]

A_DAY = timedelta(days=1)

MOST_PAIRS = 1_000_000
"""Of values that are compared; an echo of thousands of other lines is not told apart."""


class Match(StrEnum):
    """What an echo says of the record that was sent."""

    EQUAL = "equal"
    UNCLEAR = "unclear"
    DIFFERENT = "different"


def compare(sent: object, echoed: object) -> Match:
    """Compare leaf by leaf what was sent with what came back.

    Equal: every value that was sent came back in its place. Different: two or more came back that
    no platform makes of the sent ones by trimming, cutting, rounding, reformatting or sorting
    lines; one alone may be a number that the platform gave the record itself. Else unclear.
    """
    if not isinstance(echoed, dict) or not echoed:
        return Match.UNCLEAR
    back = dict(_leaves(cast("object", echoed)))
    wanted = list(_leaves(sent))
    if wanted and all(pointer in back and _same(value, back[pointer]) for pointer, value in wanted):
        return Match.EQUAL
    sent_columns, back_columns = _columns(wanted), _columns(back.items())
    pairs = (len(values) * len(back_columns.get(name, [])) for name, values in sent_columns.items())
    if sum(pairs) > MOST_PAIRS:
        return Match.UNCLEAR
    foreign = sum(
        _foreign(values, back_columns.get(name, [])) for name, values in sent_columns.items()
    )
    return Match.DIFFERENT if foreign > 1 else Match.UNCLEAR


def _foreign(sent: list[object], echoed: list[object]) -> int:
    """Count the values that came back as something else; what is missing was left out."""
    lost = sum(not any(_same(one, it) or _explained(one, it) for it in echoed) for one in sent)
    return max(lost - max(len(sent) - len(echoed), 0), 0)


def _columns(leaves: Iterable[tuple[Pointer, object]]) -> dict[Pointer, list[object]]:
    columns: dict[Pointer, list[object]] = {}
    for pointer, value in leaves:
        columns.setdefault(_column(pointer), []).append(value)
    return columns


def _column(pointer: Pointer) -> Pointer:
    return tuple(part for part in pointer if isinstance(part, str))


def _leaves(value: object, pointer: Pointer = ()) -> Iterator[tuple[Pointer, object]]:
    match value:
        case dict():
            for name, member in cast("dict[str, object]", value).items():
                yield from _leaves(member, (*pointer, name))
        case list():
            for index, item in enumerate(cast("list[object]", value)):
                yield from _leaves(item, (*pointer, index))
        case None:
            return
        case _:
            yield pointer, value


def _same(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return _exact(one) == _exact(other)
    return one == other


def _exact(number: float | Decimal) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def _explained(sent: object, echoed: object) -> bool:
    if isinstance(sent, bool) or isinstance(echoed, bool):
        return False
    if isinstance(sent, int | float | Decimal) and isinstance(echoed, int | float | Decimal):
        return abs(_exact(sent) - _exact(echoed)) < 1
    if not isinstance(sent, str) or not isinstance(echoed, str):
        return True
    one, other = _folded(sent), _folded(echoed)
    return one.startswith(other) or other.startswith(one) or _same_moment(sent, echoed)


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _same_moment(sent: str, echoed: str) -> bool:
    """Tell whether these may be one moment, in whatever zones the two were written."""
    try:
        one, other = (datetime.fromisoformat(text) for text in (sent, echoed))
    except ValueError:
        return False
    return abs(one.replace(tzinfo=None) - other.replace(tzinfo=None)) <= A_DAY
