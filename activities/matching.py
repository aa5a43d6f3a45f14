"""Is the record that an operation shows the one that was sent? In doubt: unclear.

Codat shows a record as the platform has it, and platforms rewrite what they are sent. So a record
that differs proves little: a wrong DIFFERENT is a record written twice, and a wrong EQUAL takes
somebody else's.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import cast

from activities.platform_changes import (
    NUMBERS,
    Column,
    folded,
    is_distinctive,
    is_its_own,
    is_same,
    may_become,
)
from activities.record_facts import Fields, amounts_contradict, contradicting_ids, has_more_lines
from activities.record_leaves import (
    NAME_FIELDS,
    Leaves,
    Pointer,
    column_of,
    is_id,
    leaves_of,
    texts_by_column,
    values_by_column,
    words_of_texts,
)
from activities.turned_type import all_signs_changed, stands_as_opposite

MAX_PAIRS = 1_000_000
"""So many values of a column are compared; thousands of lines, sorted and changed, are more."""


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
    sent_fields, shown_fields = cast("Fields", sent), cast("Fields", shown)
    if is_exact(sent_fields, shown_fields):
        return Match.EQUAL
    ours, theirs = dict(leaves_of(sent_fields)), dict(leaves_of(shown_fields))
    is_longer = has_more_lines(sent_fields, shown_fields)
    is_ours = _is_known_again(ours, theirs, is_longer=is_longer)
    against = contradicting_ids(sent_fields, shown_fields)
    if is_ours or against == 1:
        against += amounts_contradict(sent_fields, shown_fields)
    if against > 1:
        return Match.DIFFERENT
    return Match.EQUAL if is_ours and not against else Match.UNCLEAR


def is_exact(sent: object, shown: object) -> bool:
    """Tell whether every value came back in its place, letter by letter, with no line more."""
    return ExactRecord(sent).is_shown_by(ExactRecord(shown))


class ExactRecord:
    """A record to be compared letter by letter with many others."""

    def __init__(self, record: object) -> None:
        self.record: Fields = cast("Fields", record) if isinstance(record, dict) else {}
        self.leaves: Leaves = dict(leaves_of(self.record))

    def is_shown_by(self, other: "ExactRecord") -> bool:
        """Tell whether every value of this one came back in its place there, and no line more."""
        is_there = all(_is_in_place(self.leaves, other.leaves, place) for place in self.leaves)
        return bool(self.leaves) and is_there and not has_more_lines(self.record, other.record)


def fits(sent: object, shown: object) -> bool:
    """Tell whether all of a record may have become what is shown, unique or not."""
    if not isinstance(sent, dict) or not isinstance(shown, dict):
        return False
    ours, theirs = dict(leaves_of(cast("Fields", sent))), dict(leaves_of(cast("Fields", shown)))
    return bool(ours) and _may_become(ours, theirs, turned=True)


class OtherRecords:
    """The records of other pushes, found by their texts."""

    def __init__(self, records: Iterable[object]) -> None:
        records = list(records)
        self._all = [record for record in records if record is not None]
        self._by_text: defaultdict[tuple[Column, str], list[object]] = defaultdict(list)
        for record in records:
            for column, texts in texts_by_column(leaves_of(record)).items():
                for text in set(texts):
                    self._by_text[column, text].append(record)

    def include(self, shown: object, ours: object) -> bool:
        """Tell whether one of them is what is shown, and ours can't have become it."""
        if _can_not_become(ours, shown) and self._has_equal(shown):
            return True
        own = texts_by_column(leaves_of(ours))
        return any(
            _is_shown_with(text, record, shown)
            for column, texts in texts_by_column(leaves_of(shown)).items()
            for text in set(texts)
            if own[column] and not any(may_become(own_text, text) for own_text in own[column])
            for record in self._by_text.get((column, text), ())
        )

    def _has_equal(self, shown: object) -> bool:
        return any(compare(record, shown) is Match.EQUAL for record in self._all)


def _can_not_become(ours: object, shown: object) -> bool:
    """Tell whether a value of ours is shown in its place as what no platform makes of it.

    Lines may come back in another order, so their values have no place.
    """
    left, right = dict(leaves_of(ours)), dict(leaves_of(shown))
    return any(
        place in right
        and not is_its_own(column_of(place))
        and not _is_kept(column_of(place), value, right[place], turned=True)
        for place, value in left.items()
        if place and place == column_of(place)
    )


def _is_shown_with(text: str, record: object, shown: object) -> bool:
    """Tell whether this record is shown; where its text has an id it need not prove more."""
    if any(is_id(word) for word in words_of_texts([text])):
        return fits(record, shown)
    return compare(record, shown) is Match.EQUAL


def _is_in_place(sent: Leaves, shown: Leaves, place: Pointer) -> bool:
    return place in shown and is_same(sent[place], shown[place])


def _is_known_again(sent: Leaves, shown: Leaves, *, is_longer: bool) -> bool:
    """Tell whether it fits, and bears what no other record does.

    With its number there may be more: a sign that changed, a line of the platform's. Without it
    that may be a cancellation, or the next delivery of one order: signs change with the type then.
    """
    if _own_names(sent) & _own_names(shown):
        return _may_become(sent, shown, turned=True)
    if is_longer or not _bears_an_id(sent, shown):
        return False
    is_opposite = stands_as_opposite(sent, shown)
    if is_opposite and not all_signs_changed(sent, shown):
        return False
    return _may_become(sent, shown, turned=is_opposite)


def _may_become(sent: Leaves, shown: Leaves, *, turned: bool) -> bool:
    """Tell whether each value has become one of its column, or is the platform's to fill."""
    moved: defaultdict[Column, list[object]] = defaultdict(list)
    for place, value in sent.items():
        column = column_of(place)
        if is_its_own(column):
            continue
        if place not in shown or not _is_kept(column, value, shown[place], turned=turned):
            moved[column].append(value)
    columns = values_by_column(shown if moved else {})
    return all(
        _have_become(column, values, columns[column], turned=turned)
        for column, values in moved.items()
    )


def _have_become(
    column: Column, values: list[object], shown: list[object], *, turned: bool
) -> bool:
    as_sent = {(type(value) is bool, value) for value in shown}
    changed = [value for value in values if (type(value) is bool, value) not in as_sent]
    return len(changed) * len(shown) <= MAX_PAIRS and all(
        any(_is_kept(column, value, other, turned=turned) for other in shown) for value in changed
    )


def _is_kept(column: Column, value: object, shown: object, *, turned: bool) -> bool:
    if shown == "":
        return not folded(str(value))  # else it was left out
    if column[-1].endswith(("id", "Id")):
        return folded(str(value)) == folded(str(shown))
    return may_become(value, shown, turned=turned)


def _own_names(leaves: Leaves) -> set[str]:
    """Give the number or name that a record has for itself, where it is long enough to be one."""
    found: set[str] = set()
    is_account = ("nominalCode",) in leaves
    names = NAME_FIELDS | {"name"} if is_account else NAME_FIELDS
    for column in NUMBERS | names:
        name = str(leaves.get((column,), ""))
        if is_distinctive(name, is_name=column in names):
            found.add(name.strip().casefold())
    return found


def _bears_an_id(sent: Leaves, shown: Leaves) -> bool:
    seen = {
        column: words_of_texts(texts) for column, texts in texts_by_column(shown.items()).items()
    }
    return any(
        word in seen.get(column, ()) and is_id(word)
        for column, texts in texts_by_column(sent.items()).items()
        for word in words_of_texts(texts)
    )
