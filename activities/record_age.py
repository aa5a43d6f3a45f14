"""Is a record in the books older than a request? Only what is certain counts.

Codat gives three forms of time: UTC, with an offset, and local to the business. The last may be any
zone's, and platforms that keep days write midnight, so that each time stands for a span.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from activities.record_facts import Fields

DATES = ("issueDate", "date", "postedOn")
"""The fields that say when a record was issued, by its type."""

_EARLIEST_ZONE, _LATEST_ZONE = timedelta(hours=14), timedelta(hours=-12)
_A_DAY = timedelta(days=1)
_YEARS = range(1971, 9999)
"""Software and Codat write years outside, such as 1, for "not set"."""


class Age(StrEnum):
    """When a record came into the books, as far as its dates prove it."""

    OLDER = "older"
    NEW = "new"
    UNCERTAIN = "uncertain"


def age_of(read: Fields, since: datetime) -> Age:
    """Compare a record's dates with an instant, UTC.

    Older: the software, or Codat's copy, last changed it before. New: the software changed it
    after; that Codat's copy did, may only mean that Codat read it for the first time.
    """
    by_software = _span(read.get("sourceModifiedDate"))
    spans = [span for span in (by_software, _span(read.get("modifiedDate"))) if span]
    if any(latest < since for _, latest in spans):
        return Age.OLDER
    return Age.NEW if by_software and by_software[0] >= since else Age.UNCERTAIN


def moment_of(value: object) -> datetime | None:
    """Read a date of a record, with or without a zone; None where it is none, or not set."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.year in _YEARS else None


def _span(value: object) -> tuple[datetime, datetime] | None:
    """Give the earliest and the latest instant, UTC, that a time may stand for."""
    moment = moment_of(value)
    if moment is None:
        return None
    is_a_day = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    longest = _A_DAY if is_a_day else timedelta()
    if moment.tzinfo:
        return moment.astimezone(UTC), moment.astimezone(UTC) + longest
    moment = moment.replace(tzinfo=UTC)
    return moment - _EARLIEST_ZONE, moment - _LATEST_ZONE + longest
