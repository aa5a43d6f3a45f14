"""The field that a caller declares unique in the books, such as `/invoiceNumber`."""

from collections.abc import Iterator
from typing import cast

from activities.json_pointer import tokens_of, value_at
from activities.observations import Observation, Topic, agrees
from activities.platform_changes import is_same, number_of
from activities.record_facts import Fields


def unique_observations(sent: Fields, read: Fields, pointer: str | None) -> Iterator[Observation]:
    """Say that the field (RFC 6901) is equal; where it differs nothing, as platforms number.

    Equal is the whole value, letter by letter: cut or folded, it may be another record's.
    """
    steps = tokens_of(pointer or "")
    ours, theirs = value_at(sent, steps), value_at(read, steps)
    is_value = ours.strip() if isinstance(ours, str) else number_of(ours) is not None
    if is_value and is_same(ours, theirs):
        yield agrees(Topic.UNIQUE, tuple(steps), ours)


def is_equal_at(pointer: str | None, sent: object, read: object) -> bool:
    """Tell whether two records have the same value in a unique field; False without one."""
    if pointer is None or not isinstance(sent, dict) or not isinstance(read, dict):
        return False
    return any(unique_observations(cast("Fields", sent), cast("Fields", read), pointer))
