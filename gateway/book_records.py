"""What stands in the books after a push: read where reading is allowed, never waited for long."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from cachetools import LRUCache

from activities.candidate_records import (
    CandidateRecord,
    SentRecord,
    candidate_records,
    read_operation,
    read_record,
)
from codat.client import CodatClient
from codat.models import PushOperation, PushTarget
from gateway.cached_reading import CachedReading
from surepush_client.models import Candidate

FRESH = timedelta(minutes=2)
WAIT = 0.3
"""Seconds that a push's page waits for the record; then it is shown without."""

CANDIDATE_WAIT = 2.0
"""Seconds that it waits for an operation, and for its record, that may be the push's."""

MAX_RECORDS = 500

Record = Mapping[str, Any]


class BookRecords:
    """Reads records of the books in the background and remembers; nothing without `codat`."""

    def __init__(self, codat: CodatClient | None = None) -> None:
        self._codat = codat
        self._known: LRUCache[tuple[PushTarget, str], CachedReading[Record | None]] = LRUCache(
            MAX_RECORDS
        )
        self._operations: LRUCache[tuple[PushTarget, UUID], CachedReading[PushOperation | None]] = (
            LRUCache(MAX_RECORDS)
        )

    async def record(
        self, target: PushTarget, record_id: str, within: float = WAIT
    ) -> Record | None:
        """Return a record as Codat's copy of the books has it; None where it is not known now."""
        codat, place = self._codat, (target, record_id)
        if codat is None:
            return None
        if place not in self._known:
            self._known[place] = CachedReading(lambda: read_record(codat, *place), FRESH)
        reading = await self._known[place].get(within)
        return reading.value if reading else None

    async def candidates(
        self, sent: SentRecord, candidates: Sequence[Candidate]
    ) -> list[CandidateRecord]:
        """Return the records that a push may have written, compared with what it sent."""

        async def record(target: PushTarget, record_id: str) -> Record | None:
            return await self.record(target, record_id, CANDIDATE_WAIT)

        return await candidate_records(sent, candidates, self._operation, record)

    async def _operation(self, target: PushTarget, key: UUID) -> PushOperation | None:
        codat, place = self._codat, (target, key)
        if codat is None:
            return None
        if place not in self._operations:
            self._operations[place] = CachedReading(lambda: read_operation(codat, *place), FRESH)
        reading = await self._operations[place].get(CANDIDATE_WAIT)
        return reading.value if reading else None
