"""The field that a caller declares unique in the books, such as `/invoiceNumber`."""

from collections.abc import Iterator
from typing import cast

from activities.observations import Observation, Topic, agrees
from activities.platform_changes import is_same, number_of
from activities.record_facts import Fields


def unique_observations(sent: Fields, read: Fields, pointer: str | None) -> Iterator[Observation]:
    """Say that the field (RFC 6901) is equal; where it differs nothing, as platforms number.

    Equal is the whole value, letter by letter: cut or folded, it may be another record's.
    """
    steps = [step.replace("~1", "/").replace("~0", "~") for step in (pointer or "").split("/")[1:]]
    ours, theirs = _value_at(sent, steps), _value_at(read, steps)
    is_value = ours.strip() if isinstance(ours, str) else number_of(ours) is not None
    if is_value and is_same(ours, theirs):
        yield agrees(Topic.UNIQUE, tuple(steps), ours)


def is_equal_at(pointer: str | None, sent: object, read: object) -> bool:
    """Tell whether two records have the same value in a unique field; False without one."""
    if pointer is None or not isinstance(sent, dict) or not isinstance(read, dict):
        return False
    return any(unique_observations(cast("Fields", sent), cast("Fields", read), pointer))


def _value_at(value: object, steps: list[str]) -> object:
    for step in steps:
        if isinstance(value, dict):
            value = cast("Fields", value).get(step)
        elif isinstance(value, list) and step.isdecimal():
            rows = cast("list[object]", value)
            value = rows[int(step)] if int(step) < len(rows) else None
        else:
            return None
    return value
