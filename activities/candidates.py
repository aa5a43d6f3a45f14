"""The operations that a search names, for a person to look at."""

from collections.abc import Sequence

from activities.matching import Match
from activities.ownership import Sighting
from codat.models import PushOperation
from surepush_client.models import Candidate

MAX_CANDIDATES = 100
"""Operations that a look names; a person decides about a few, and a payload has to hold them."""


def named_candidates(sightings: Sequence[Sighting]) -> list[Candidate]:
    """Name them, those that look most like ours first."""
    likeliest = sorted(sightings, key=lambda sighting: sighting[1] is not Match.EQUAL)
    return [_candidate(*sighting) for sighting in likeliest[:MAX_CANDIDATES]]


def _candidate(operation: PushOperation, match: Match) -> Candidate:
    return Candidate(
        push_operation_key=operation.push_operation_key,
        requested_on_utc=operation.requested_on_utc,
        status=operation.status_text,
        match=match.value,
    )
