"""Is the record that an operation shows the one that was sent? In doubt: unclear.

Codat shows a record as the platform has it, and platforms rewrite what they are sent. So a record
that differs proves little: a wrong DIFFERENT is a record written twice, and a wrong EQUAL takes
somebody else's.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from typing import cast

from activities.platform_changes import (
    NUMBERS,
    Column,
    folded,
    is_its_own,
    is_same,
    may_become,
)
from activities.record_facts import Fields, contradictions

Pointer = tuple[str | int, ...]
Leaves = dict[Pointer, object]

MOST_PAIRS = 1_000_000
"""So many values are compared at most; lines beyond that are sorted and rewritten at once."""

_NAMES = frozenset({"supplierName", "customerName"})
_ROOT_TEXTS = _NAMES | {"name", "accountName", "emailAddress"}
_SHORTEST = 4
"""Letters that a number or a name of its own has at least; a shorter one is a coincidence."""

_FEWEST_DIGITS = 4
_MONTH, _DAY, _YEAR = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])", r"(19|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d){_YEAR}([-/.]?{_MONTH}([-/.]?{_DAY})?)?(?!\d)|(?<!\d)(\d\d?[-/.])?\d\d?[-/.]{_YEAR}(?!\d)"
)
_AMOUNT = re.compile(r"\W*[\d.,]*[.,]\d*\W*")


class Match(StrEnum):
    """What an operation's record says of the one that was sent."""

    EQUAL = "equal"
    UNCLEAR = "unclear"
    DIFFERENT = "different"


def compare(sent: object, shown: object) -> Match:
    """Compare what was sent with what an operation shows.

    Equal: every value came back in its place; or each may have become what is shown, and what no
    other record bears is left: its own number or name, or an id in its description. Different: two
    facts that no platform changes contradict. Else unclear.
    """
    if not isinstance(sent, dict) or not isinstance(shown, dict) or not shown:
        return Match.UNCLEAR
    ours, theirs = dict(_leaves(cast("Fields", sent))), dict(_leaves(cast("Fields", shown)))
    if ours and all(place in theirs and is_same(ours[place], theirs[place]) for place in ours):
        return Match.EQUAL
    against = contradictions(cast("Fields", sent), cast("Fields", shown))
    if against > 1:
        return Match.DIFFERENT
    return Match.EQUAL if not against and _is_known_again(ours, theirs) else Match.UNCLEAR


def fits(sent: object, shown: object) -> bool:
    """Tell whether all of a record may have become what is shown, unique or not."""
    if not isinstance(sent, dict) or not isinstance(shown, dict):
        return False
    ours, theirs = dict(_leaves(cast("Fields", sent))), dict(_leaves(cast("Fields", shown)))
    return bool(ours) and _may_become(ours, theirs, turned=True)


def is_anothers(other: object, ours: object, shown: object) -> bool:
    """Tell whether what is shown is another push's record, as a text proves that isn't ours."""
    if compare(other, shown) is not Match.EQUAL:
        return False
    theirs, own, seen = (_texts(dict(_leaves(record))) for record in (other, ours, shown))
    return any(
        text in seen[column] and not any(may_become(one, text) for one in own[column])
        for column, texts in theirs.items()
        if own[column]
        for text in texts
    )


def _is_known_again(sent: Leaves, shown: Leaves) -> bool:
    """Tell whether it fits, and bears what no other record does.

    With its number an amount may have changed its sign; an invoice and its cancellation may
    otherwise be the same.
    """
    if _own_names(sent) & _own_names(shown):
        return _may_become(sent, shown, turned=True)
    return _bears_an_id(sent, shown) and _may_become(sent, shown, turned=False)


def _may_become(sent: Leaves, shown: Leaves, *, turned: bool) -> bool:
    columns = _columns(shown)
    left: defaultdict[Column, list[object]] = defaultdict(list)
    for place, value in sent.items():
        column = _column(place)
        if is_its_own(column):
            continue
        if place not in shown or not _is_kept(column, value, shown[place], turned=turned):
            left[column].append(value)
    return all(
        len(values) * len(columns[column]) <= MOST_PAIRS
        and all(
            any(_is_kept(column, value, one, turned=turned) for one in columns[column])
            for value in values
        )
        for column, values in left.items()
    )


def _is_kept(column: Column, value: object, shown: object, *, turned: bool) -> bool:
    if shown == "":
        return value == shown
    if column[-1].endswith(("id", "Id")):
        return folded(str(value)) == folded(str(shown))
    return may_become(value, shown, turned=turned)


def _own_names(leaves: Leaves) -> set[str]:
    """Give the number or name that a record has for itself, where it is long enough to be one."""
    found: set[str] = set()
    for place, value in leaves.items():
        name = folded(str(value))
        is_number = _is_at_root(place, NUMBERS) and re.search(r"\d", name)
        if len(name) >= _SHORTEST and (is_number or _is_at_root(place, _NAMES)):
            found.add(name)
    return found


def _is_at_root(place: Pointer, names: frozenset[str]) -> bool:
    return len(place) == 1 and place[0] in names


def _bears_an_id(sent: Leaves, shown: Leaves) -> bool:
    seen = _texts(shown)
    return any(
        word in {other for text in seen[column] for other in _words(text)}
        for column, texts in _texts(sent).items()
        for sentence in texts
        for word in _words(sentence)
        if _is_id(word)
    )


def _words(text: str) -> list[str]:
    return [word.strip(".,;:!?()[]\"'").casefold() for word in text.split()]


def _is_id(word: str) -> bool:
    """Tell whether a word has enough digits to be an id; dates are none, amounts neither."""
    if _AMOUNT.fullmatch(word):
        return False
    return len(re.findall(r"\d", _DATE.sub("", word))) >= _FEWEST_DIGITS


def _texts(leaves: Leaves) -> defaultdict[Column, list[str]]:
    """Give what people wrote, by column."""
    texts: defaultdict[Column, list[str]] = defaultdict(list)
    for place, value in leaves.items():
        column = _column(place)
        is_text = column[-1] == "description" or _is_at_root(place, _ROOT_TEXTS)
        if is_text and isinstance(value, str):
            texts[column].append(value)
    return texts


def _columns(leaves: Leaves) -> defaultdict[Column, list[object]]:
    columns: defaultdict[Column, list[object]] = defaultdict(list)
    for place, value in leaves.items():
        columns[_column(place)].append(value)
    return columns


def _column(place: Pointer) -> Column:
    return tuple(part for part in place if isinstance(part, str))


def _leaves(value: object, place: Pointer = ()) -> Iterator[tuple[Pointer, object]]:
    match value:
        case dict():
            for name, member in cast("Fields", value).items():
                yield from _leaves(member, (*place, name))
        case list():
            for index, item in enumerate(cast("list[object]", value)):
                yield from _leaves(item, (*place, index))
        case None:
            return
        case _:
            yield place, value
