"""Is the record that a platform echoes the one that was sent? In doubt: unclear."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import cast

Pointer = tuple[str | int, ...]


class Match(StrEnum):
    """What an echo says of the record that was sent."""

    EQUAL = "equal"
    UNCLEAR = "unclear"
    DIFFERENT = "different"


def compare(sent: object, echoed: object) -> Match:
    """Compare leaf by leaf what was sent with what came back.

    Equal: every value that was sent came back. Different: two or more came back that no platform
    makes of the sent ones by trimming, cutting, rounding or reformatting; one alone may be a
    number that the platform gave the record itself. Else unclear.
    """
    if not isinstance(echoed, dict) or not echoed:
        return Match.UNCLEAR
    back = dict(_leaves(cast("object", echoed)))
    wanted = list(_leaves(sent))
    pairs = [(value, back[pointer]) for pointer, value in wanted if pointer in back]
    changed = [pair for pair in pairs if not _same(*pair)]
    if not changed and pairs and len(pairs) == len(wanted):
        return Match.EQUAL
    foreign = [pair for pair in changed if not _explained(*pair)]
    return Match.DIFFERENT if len(foreign) > 1 else Match.UNCLEAR


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
        return abs(_exact(sent) - _exact(echoed)) < Decimal("0.01")
    if not isinstance(sent, str) or not isinstance(echoed, str):
        return True
    one, other = _folded(sent), _folded(echoed)
    return one.startswith(other) or other.startswith(one) or _same_moment(sent, echoed)


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _same_moment(sent: str, echoed: str) -> bool:
    try:
        one, other = datetime.fromisoformat(sent), datetime.fromisoformat(echoed)
    except ValueError:
        return False
    return one.date() == other.date()
