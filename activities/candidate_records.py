"""The records that a push of unclear ending may have written, beside what was sent."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from activities.changed_fields import changed_fields
from codat.client import CodatClient
from codat.errors import CodatError
from codat.models import PushOperation
from codat.target import PushTarget
from surepush_client.models import Candidate, ChangedField
from surepush_client.wire import Wire

MAX_CANDIDATES = 5
"""Candidates that are compared; each costs two requests."""

MAX_FIELDS = 20

NO_ANSWER = "Codat did not tell this operation in time."
NO_RECORD = "The operation names no record."
NOT_READ = "The record can't be read: reading is refused, or Codat has not read it yet."

ReadOperation = Callable[[PushTarget, UUID], Awaitable[PushOperation | None]]
"""Reads an operation; None where it can't be read, or not in time."""

ReadRecord = Callable[[PushTarget, str], Awaitable[Mapping[str, Any] | None]]
"""Reads a record from Codat's copy of the books; None where it can't be read, or not in time."""


class CandidateRecord(Wire):
    """An operation that may be ours, and in what its record differs from the one that was sent.

    `status` is Codat's word now. `source` says who shows the record: `books` or `operation`;
    without one `hindrance` says why there is none. `more` fields differ than `differences` has.
    """

    push_operation_key: UUID
    status: str
    requested_on_utc: datetime | None = None
    record_id: str | None = None
    source: str | None = None
    differences: list[ChangedField] = []
    more: int = 0
    hindrance: str = ""


@dataclass(frozen=True)
class SentRecord:
    """What a push sent and where to; an update has a `record_id`."""

    target: PushTarget
    data: Mapping[str, Any]
    record_id: str | None = None


async def candidate_records(
    sent: SentRecord,
    candidates: Sequence[Candidate],
    read_operation: ReadOperation,
    read_record: ReadRecord,
) -> list[CandidateRecord]:
    """Read the first candidates and compare them with what was sent."""

    async def compared(candidate: Candidate) -> CandidateRecord:
        operation = await read_operation(sent.target, candidate.push_operation_key)
        if operation is None:
            return _without(candidate, candidate.status, NO_ANSWER)
        named = _named_by(operation) or sent.record_id
        found = await read_record(sent.target, named) if named else None
        stands = found if found is not None else operation.data
        if stands is None:
            hindrance = NOT_READ if named else NO_RECORD
            return _without(candidate, operation.status_text, hindrance, named)
        differences, more = changed_fields(sent.data, stands, MAX_FIELDS)
        return CandidateRecord(
            push_operation_key=candidate.push_operation_key,
            status=operation.status_text,
            requested_on_utc=candidate.requested_on_utc,
            record_id=named,
            source="operation" if found is None else "books",
            differences=differences,
            more=more,
        )

    return list(await asyncio.gather(*map(compared, candidates[:MAX_CANDIDATES])))


async def read_operation(codat: CodatClient, target: PushTarget, key: UUID) -> PushOperation | None:
    """Read an operation of that place; None where it can't be read, or is of another place."""
    try:
        operation = await codat.operation(target.company_id, key)
    except CodatError:
        return None
    return operation if operation.is_of(target) else None


async def read_record(
    codat: CodatClient, target: PushTarget, record_id: str
) -> Mapping[str, Any] | None:
    """Read a record that stands in the books; None where it can't be read, or was deleted."""
    try:
        found = await codat.reads.read_record(target, record_id)
    except CodatError:
        return None
    return None if found is None or found.is_deleted else found.data


def _named_by(operation: PushOperation) -> str | None:
    """Give the record that an operation names, whatever its status."""
    named = (change.record_ref.id for change in operation.changes if change.record_ref)
    return next(filter(None, named), None)


def _without(
    candidate: Candidate, status: str, hindrance: str, record_id: str | None = None
) -> CandidateRecord:
    return CandidateRecord(
        push_operation_key=candidate.push_operation_key,
        status=status,
        requested_on_utc=candidate.requested_on_utc,
        record_id=record_id,
        hindrance=hindrance,
    )
