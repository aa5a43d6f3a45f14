"""What stands in the books after a push: read where reading is allowed, never waited for long."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cachetools import LRUCache

from codat.errors import CodatError
from codat.models import PushTarget
from codat.reads import CodatReads
from gateway.cached_reading import CachedReading

FRESH = timedelta(minutes=10)
WAIT = 0.3
"""Seconds that a push's page waits for the record; then it is shown without."""

MAX_RECORDS = 500

Record = Mapping[str, Any]


class BookRecords:
    """Reads records of the books in the background and remembers; nothing without `reads`."""

    def __init__(self, reads: CodatReads | None = None) -> None:
        self._reads = reads
        self._known: LRUCache[tuple[PushTarget, str], CachedReading[Record | None]] = LRUCache(
            MAX_RECORDS
        )

    async def record(self, target: PushTarget, record_id: str) -> Record | None:
        """Return a record as Codat's copy of the books has it; None where it is not known now."""
        place = target, record_id
        if place not in self._known:
            self._known[place] = CachedReading(lambda: self._read(target, record_id), FRESH)
        reading = await self._known[place].get(WAIT)
        return reading.value if reading else None

    async def _read(self, target: PushTarget, record_id: str) -> Record | None:
        if self._reads is None:
            return None
        try:
            found = await self._reads.read_record(target, record_id)
        except CodatError:
            return None
        return found.data if found else None
