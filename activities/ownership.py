"""Whose operation is it? Ours, where it shows our record and can't be another push's."""

from collections.abc import Sequence

from activities.find_models import FindSubmission
from activities.matching import ExactRecord, Match, fits, is_exact
from activities.unique_field import is_equal_at
from codat.models import PushOperation

Sighting = tuple[PushOperation, Match]
Record = tuple[str, object]
"""A push, by its workflow id, and what it carries; None where that can't be read."""


def our_operation(sightings: Sequence[Sighting], ask: FindSubmission) -> PushOperation | None:
    """Give the only equal operation; of several the only one that is so letter by letter."""
    equal = [operation for operation, match in sightings if match is Match.EQUAL]
    exact = [operation for operation in equal if is_exact(ask.data, operation.data)]
    chosen = exact if len(equal) > 1 else equal
    return chosen[0] if len(chosen) == 1 else None


def possible_owners(
    ours: PushOperation,
    free: Sequence[PushOperation],
    records: Sequence[Record],
    ask: FindSubmission,
) -> list[str]:
    """Name the other pushes whose record may have become what our operation shows.

    `free` are all operations that nobody holds. A unique field tells records apart, where ours has
    it. Where ours came back letter by letter, a near-twin that has such an operation, too, wrote
    that one.
    """
    has_our_field = is_equal_at(ask.unique_field, ask.data, ours.data)
    owners = [
        (push, record)
        for push, record in records
        if record is None
        or (
            fits(record, ours.data)
            and not (has_our_field and not is_equal_at(ask.unique_field, record, ours.data))
        )
    ]
    if is_exact(ask.data, ours.data):
        known = _WithOperations(ours, free)
        owners = [owner for owner in owners if not known.include(owner[1], records)]
    return [push for push, _ in owners]


class _WithOperations:
    """The records that operations other than ours show letter by letter."""

    def __init__(self, ours: PushOperation, free: Sequence[PushOperation]) -> None:
        self._ours = ExactRecord(ours.data)
        self._free = [ExactRecord(operation.data) for operation in free]

    def include(self, record: object, records: Sequence[Record]) -> bool:
        """Tell whether each push of this very record has such an operation, and none is ours."""
        exact = ExactRecord(record)
        if exact.is_shown_by(self._ours):
            return False
        shown = sum(exact.is_shown_by(operation) for operation in self._free)
        return shown >= sum(other == record for _, other in records)
