"""Is a record in the books the one that was sent? Ours, not ours, or unclear.

A wrong OURS ends a push with somebody else's record, a wrong NOT_OURS may lead to a second one, and
UNCLEAR costs a person a look. So in doubt it is unclear. No verdict permits a resend by itself.

What the platform may change never speaks against: its own numbers, tax, totals, due dates, rates,
rounding, letters it can't store, order and split of lines, signs. Evidence can't tell an equal twin
from ours: a record that was sent twice on purpose, or that differs only in what the platform may
change. The caller has to know its other pushes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from activities.kept_facts import observe
from activities.observations import Observation, independent
from activities.record_age import Age, age_of
from activities.record_facts import Fields
from activities.unchanged import doubts, is_unchanged
from activities.unique_field import unique_observations
from codat.exact_json import MAX_LEVELS, MAX_VALUES, extent

CLOCK_MARGIN = timedelta(minutes=5)
"""By so much the clocks of Codat, the software and Temporal may differ."""

NEEDED_AGAINST = 2
"""Independent contradictions that show another record: one may be a change we know nothing of."""


class RecordVerdict(StrEnum):
    """What the evidence says of a record in the books."""

    OURS = "ours"
    NOT_OURS = "not ours"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class ReadContext:
    """What is known beside the two records.

    `requested_at`: when our first request was sent, UTC. `unique_field`: a JSON pointer to what the
    caller declares unique in the books. `refresh_began` and `operation_over`, UTC: when Codat began
    to read the software, and when our operation ended; without both the reading is late enough.
    Raises: ValueError, for a time without a zone and for what is no pointer.
    """

    data_type: str
    requested_at: datetime
    unique_field: str | None = None
    is_named_by_another: bool = False
    refresh_began: datetime | None = None
    operation_over: datetime | None = None
    clock_margin: timedelta = CLOCK_MARGIN

    def __post_init__(self) -> None:
        moments = (self.requested_at, self.refresh_began, self.operation_over)
        if any(moment is not None and moment.tzinfo is None for moment in moments):
            raise ValueError("The times of a reading need a zone.")
        if self.unique_field is not None and not self.unique_field.startswith("/"):
            raise ValueError(f"{self.unique_field!r} is no JSON pointer.")

    @property
    def is_too_early(self) -> bool:
        """Whether Codat began to read before our operation was over."""
        if self.refresh_began is None or self.operation_over is None:
            return False
        return self.refresh_began < self.operation_over


@dataclass(frozen=True)
class Evidence:
    """A verdict, the rule that led to it, and what speaks for and against in words.

    `is_new`: the record came into the books after our request, and is there.
    """

    verdict: RecordVerdict
    explanation: str
    reasons: tuple[Observation, ...] = ()
    contradictions: tuple[Observation, ...] = ()
    is_new: bool = False


def judge_record(sent: object, read: object, context: ReadContext) -> Evidence:
    """Compare what was sent with a record as it was read from the books.

    `read`: with `id`, `modifiedDate`, `sourceModifiedDate` and `metadata`; None where it was not
    found. Any JSON is judged; what is no record, or too large to compare, is unclear.
    """
    if not isinstance(sent, dict) or not isinstance(read, dict) or not sent or not read:
        return Evidence(
            RecordVerdict.UNCLEAR, "There is no record to compare, which proves nothing."
        )
    if context.is_named_by_another:
        return Evidence(RecordVerdict.NOT_OURS, "Another push operation names this record.")
    ours, theirs = cast("Fields", sent), cast("Fields", read)
    age = age_of(theirs, context.requested_at - context.clock_margin)
    if age is Age.OLDER:
        return Evidence(RecordVerdict.NOT_OURS, "The record is older than our request.")
    if context.is_too_early:
        return Evidence(
            RecordVerdict.UNCLEAR, "Codat began to read the books before our operation was over."
        )
    if _is_too_large(ours) or _is_too_large(theirs):
        return Evidence(RecordVerdict.UNCLEAR, "The records are too large to compare.")
    return _weigh(ours, theirs, context, age)


def _weigh(sent: Fields, read: Fields, context: ReadContext, age: Age) -> Evidence:
    unique = [*unique_observations(sent, read, context.unique_field)]
    observations = [*unique, *observe(sent, read)]
    reasons = tuple(fact for fact in observations if fact.speaks_for)
    against = tuple(fact for fact in observations if not fact.speaks_for)
    if independent(against) >= NEEDED_AGAINST:
        return Evidence(*_of_another(has_unique=bool(unique)), reasons, against)
    missing = _not_proven_new(read, age)
    is_new = not missing
    if is_new and not unique:
        missing = _not_proven_unchanged(sent, read, context.data_type, against)
    if missing:
        return Evidence(RecordVerdict.UNCLEAR, missing, reasons, against, is_new)
    basis = "The unique field is equal" if unique else "All that was sent came back unchanged"
    sentence = f"{basis}, and the record is new."
    return Evidence(RecordVerdict.OURS, sentence, reasons, against, is_new)


def _of_another(*, has_unique: bool) -> tuple[RecordVerdict, str]:
    if has_unique:
        return RecordVerdict.UNCLEAR, "The unique field is equal, but two other facts contradict."
    return RecordVerdict.NOT_OURS, "Two facts that no platform changes contradict."


def _not_proven_new(read: Fields, age: Age) -> str:
    """Say why the record may have been there before, or isn't there now; empty where it is new."""
    if age is not Age.NEW:
        return "Its dates do not prove that it came into the books after our request."
    return "The record was deleted." if _is_deleted(read) else ""


def _not_proven_unchanged(
    sent: Fields, read: Fields, data_type: str, against: tuple[Observation, ...]
) -> str:
    """Say why this may be another record's likeness to ours; empty where it can't be."""
    if against:
        return "One fact contradicts, which proves nothing by itself."
    if not is_unchanged(sent, read):
        return "What differs may be the platform's change, or another record."
    return next(doubts(sent, read, data_type), "")


def _is_deleted(read: Fields) -> bool:
    metadata = read.get("metadata")
    return isinstance(metadata, dict) and cast("Fields", metadata).get("isDeleted") is True


def _is_too_large(record: Fields) -> bool:
    levels, values = extent(record)
    return levels > MAX_LEVELS or values > MAX_VALUES
