"""The values of a record by their places, and what people wrote in it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import cast

from activities.platform_changes import Column
from activities.record_facts import Fields

Pointer = tuple[str | int, ...]
Leaves = dict[Pointer, object]

NAME_FIELDS = frozenset({"supplierName", "customerName"})
_TEXTS = NAME_FIELDS | {"name", "accountName", "emailAddress"}
_FEWEST_DIGITS = 4
_MONTH, _DAY, _YEAR = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])", r"(19|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d){_YEAR}([-/.]?{_MONTH}([-/.]?{_DAY})?)?(?!\d)"
    rf"|(?<!\d)(\d\d?[-/.])?\d\d?[-/.]{_YEAR}(?!\d)"
)
_AMOUNT = re.compile(r"\W*[\d.,]*[.,]\d*\W*")


def words_of_texts(texts: list[str]) -> set[str]:
    """Give the words in folded case, without the punctuation around them."""
    words = (word for text in texts for word in text.split())
    return {word.strip(".,;:!()[]\"'").casefold() for word in words}


def is_id(word: str) -> bool:
    """Tell whether a word has enough digits to be an id; dates are none, amounts neither."""
    if _AMOUNT.fullmatch(word):
        return False
    return len(re.findall(r"\d", _DATE.sub("", word))) >= _FEWEST_DIGITS


def texts_by_column(leaves: Iterable[tuple[Pointer, object]]) -> defaultdict[Column, list[str]]:
    """Give what people wrote, by column."""
    texts: defaultdict[Column, list[str]] = defaultdict(list)
    for place, value in leaves:
        is_text = place[-1:] == ("description",) or (len(place) == 1 and place[0] in _TEXTS)
        if is_text and isinstance(value, str):
            texts[column_of(place)].append(value)
    return texts


def values_by_column(leaves: Leaves) -> defaultdict[Column, list[object]]:
    """Give the values of each column, whichever line they stand in."""
    columns: defaultdict[Column, list[object]] = defaultdict(list)
    for place, value in leaves.items():
        columns[column_of(place)].append(value)
    return columns


def column_of(place: Pointer) -> Column:
    """Give a place without the numbers of lines."""
    return tuple(part for part in place if isinstance(part, str))


def leaves_of(value: object, place: Pointer = ()) -> Iterator[tuple[Pointer, object]]:
    """Give each value that is neither empty nor a container, with its place."""
    match value:
        case dict():
            for name, member in cast("Fields", value).items():
                yield from leaves_of(member, (*place, name))
        case list():
            for index, item in enumerate(cast("list[object]", value)):
                yield from leaves_of(item, (*place, index))
        case None:
            return
        case _:
            yield place, value
