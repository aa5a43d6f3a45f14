"""Records that stand in the books though no operation names them."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from cachetools import LRUCache

from activities.find_models import FindSubmission
from codat.client import CodatClient
from codat.errors import CodatNeverSynced
from codat.models import PushOperation
from codat.query import Condition
from codat.records import CachedRecord

MAX_RECORDS = 1000
"""More new records than that are not looked through."""

_ZONES = timedelta(days=1)
"""The software's own dates may be of any zone."""

_KEPT = 10

Key = tuple[str, datetime, str]


class UnnamedRecords:
    """Reads what is new in the books, once a refresh for all pushes of a worker."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._pages: LRUCache[Key, list[CachedRecord]] = LRUCache(_KEPT)
        self._locks = WeakValueDictionary[Key, asyncio.Lock]()

    async def read(
        self, ask: FindSubmission, began: datetime, listed: Iterable[PushOperation]
    ) -> list[CachedRecord]:
        """Give the new records that no listed operation names; none where there are too many.

        Raises: CodatError.
        """
        named = {record.id for operation in listed for record in operation.records}
        return [
            record
            for record in await self._new(ask, began)
            if record.id not in named and not record.is_deleted
        ]

    async def _new(self, ask: FindSubmission, began: datetime) -> list[CachedRecord]:
        since = (ask.since - _ZONES).date()
        key = f"{ask.target.company_id}/{ask.target.data_path}", began, str(since)
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._pages:
                query = [Condition("sourceModifiedDate", ">=", since)]
                try:
                    page = await self._codat.reads.read_records(
                        ask.target, query, page_size=MAX_RECORDS
                    )
                except CodatNeverSynced:
                    return []
                self._pages[key] = [] if page.has_next else page.results
            return self._pages[key]
