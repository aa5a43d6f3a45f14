"""What the list of operations says of each one, before it is asked who holds it."""

from activities.find_models import FindSubmission, Purpose
from activities.matching import Match, compare
from activities.matching_changes import match_by_change
from activities.ownership import Sighting
from codat.models import PushOperation, PushStatus


def match_of(ask: FindSubmission, operation: PushOperation) -> Match:
    """Compare with what was sent; an update that wrote other records than ours is another's."""
    by_change = match_by_change(ask, operation)
    if by_change:
        return by_change
    written = {record.id for record in operation.records}
    if ask.record_id and written and ask.record_id not in written:
        return Match.DIFFERENT
    return Match.UNCLEAR if ask.changed else compare(ask.data, operation.data)


def possible(listed: list[Sighting], ask: FindSubmission) -> list[Sighting]:
    """Leave out what can't be ours by its content, what is known, and what wrote nothing."""
    if ask.purpose is Purpose.PROVE:
        return [sighting for sighting in listed if sighting[0].push_operation_key in ask.own[-1:]]
    known = {*ask.own, *ask.excluded}
    return [
        (operation, match)
        for operation, match in listed
        if operation.push_operation_key not in known
        and match is not Match.DIFFERENT
        and not (ask.reads_records and operation.status is PushStatus.FAILED)
    ]


def shows_openly(match: Match | None, ask: FindSubmission) -> bool:
    """Tell whether the list shows an operation of ours as openly as it would show others."""
    return match is Match.EQUAL or (ask.reads_records and match is not None)
