"""What of a record that was sent reads otherwise where it stands, field by field."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from activities.platform_changes import is_same
from codat.exact_json import dumps
from codat.record_difference import difference
from surepush_client.models import ChangedField
from surepush_client.wire import cut, fitting

MAX_VALUE = 200
"""Characters of a value's JSON; of a longer one only the beginning is shown."""

Fields = dict[str, object]


def changed_fields(sent: object, stands: object, most: int) -> tuple[list[ChangedField], int]:
    """Give the first fields that differ, and how many more do; none of what was not sent.

    Numbers and times are compared by value; null and absent are the same.
    """
    if not isinstance(sent, dict) or not isinstance(stands, dict):
        return [], 0
    found = [*_changed(cast("Fields", sent), cast("Fields", stands))]
    kept = fitting(found[:most])
    return kept, len(found) - len(kept)


def _changed(sent: Fields, stands: Fields) -> Iterator[ChangedField]:
    for change in difference(sent, stands).changes:
        if not _is_one_value(change.after, change.before):
            yield ChangedField(
                pointer=change.pointer, sent=_short(change.after), stands=_short(change.before)
            )


def _is_one_value(sent: object, stands: object) -> bool:
    if is_same(sent, stands):
        return True
    if not isinstance(sent, str) or not isinstance(stands, str):
        return False
    try:
        return _moment(sent) == _moment(stands)
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    """Read a time; Codat's are in UTC where they bear no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _short(value: object) -> Any:  # noqa: ANN401, JSON is anything
    text = dumps(value)
    return value if len(text) <= MAX_VALUE else cut(text, MAX_VALUE)
