"""What the fields of a form may refer to in the books: suppliers, accounts and so on, by name."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from cachetools import LRUCache

from codat.errors import CodatError
from codat.reads import CodatReads
from gateway.cached_reading import CachedReading

FRESH = timedelta(minutes=10)
WAIT = 0.3
"""Seconds that a form waits for the books; then it is shown without them."""

MAX_OFFERED = 100
"""Records of a kind, those that changed last: a page with all of them would be too large."""

MAX_IN_A_FORM = 200
"""Records of all kinds together, each kind with an equal share."""

MAX_LISTS = 500
_MAX_NAME = 60

DATA_TYPES = {
    "supplierRef": "suppliers",
    "customerRef": "customers",
    "accountRef": "accounts",
    "taxRateRef": "taxRates",
    "itemRef": "items",
}
"""Which records a field of this name refers to, as the paths of Codat's reads call them."""

_NAMES = ("supplierName", "customerName", "name", "code", "nominalCode")

Offered = Sequence[tuple[str, str]]
"""Ids and names of records."""


class References:
    """Reads the books in the background and remembers; without `reads` nothing is offered."""

    def __init__(self, reads: CodatReads | None = None) -> None:
        self._reads = reads
        self._known: LRUCache[tuple[UUID, str], CachedReading[Offered]] = LRUCache(MAX_LISTS)

    async def offered(self, company: UUID, fields: Iterable[str]) -> Mapping[str, Offered]:
        """Return the records that these fields may refer to, by field; none where none are known.

        Codat's cache is read as it is: nothing is refreshed, and nothing where that is not allowed.
        """
        names = sorted(set(fields) & DATA_TYPES.keys())
        readings = await asyncio.gather(
            *(self._reading(company, DATA_TYPES[name]).get(WAIT) for name in names)
        )
        found = zip(names, readings, strict=True)
        offered = {name: reading.value for name, reading in found if reading and reading.value}
        share = MAX_IN_A_FORM // max(len(offered), 1)
        return {name: records[:share] for name, records in offered.items()}

    def _reading(self, company: UUID, data_type: str) -> CachedReading[Offered]:
        place = company, data_type
        if place not in self._known:
            self._known[place] = CachedReading(lambda: self._read(company, data_type), FRESH)
        return self._known[place]

    async def _read(self, company: UUID, data_type: str) -> Offered:
        if self._reads is None:
            return ()
        try:
            page = await self._reads.recent_records(company, data_type, page_size=MAX_OFFERED)
        except CodatError:
            return ()
        records = (record for record in page.results if not record.is_deleted)
        return [(record.id, _name(record.data)) for record in records]


def _name(record: Mapping[str, Any]) -> str:
    """Return the name of a record, such as `Mill and Sons`; its code where it has no name."""
    texts = (record.get(name) for name in _NAMES)
    return next((text.strip()[:_MAX_NAME] for text in texts if isinstance(text, str)), "")
