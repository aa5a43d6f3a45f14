"""What a push of unclear ending may have written, beside what it sent."""

from functools import partial

from activities.candidate_records import (
    CandidateRecord,
    SentRecord,
    candidate_records,
    read_operation,
    read_record,
)
from codat.client import CodatClient
from workflows.models import PushOutcome, PushRequest


def sent_record(request: PushRequest | None) -> SentRecord | None:
    """Give what a push sent; None for one that has no record, or can't be read."""
    if request is None or not request.push_kind.carries_record:
        return None
    return SentRecord(request.target, request.data, request.record_id)


async def read_candidates(
    codat: CodatClient, request: PushRequest | None, outcome: PushOutcome | None
) -> list[CandidateRecord]:
    """Ask Codat for the records that a push may have written, and compare them."""
    sent = sent_record(request)
    if sent is None or outcome is None or not outcome.candidates:
        return []

    return await candidate_records(
        sent, outcome.candidates, partial(read_operation, codat), partial(read_record, codat)
    )
