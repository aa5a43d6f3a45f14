"""What companies and connections are called, where Codat says it in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from cachetools import LRUCache

from codat.companies import Company
from codat.errors import CodatError
from codat.reads import CodatReads
from gateway.cached_reading import CachedReading

FRESH = timedelta(minutes=10)
WAIT = 0.2
"""Seconds that a page waits for names; without them it shows ids."""

MAX_LISTED, MAX_COMPANIES = 500, 2000


@dataclass(frozen=True)
class Names:
    """Names by id, as texts: of companies, and of the accounting software of connections."""

    companies: Mapping[str, str] = field(default_factory=dict[str, str])
    platforms: Mapping[str, str] = field(default_factory=dict[str, str])
    is_cut: bool = False

    @property
    def by_name(self) -> list[tuple[str, str]]:
        """Ids and names of the companies, in the order of their names."""
        return sorted(self.companies.items(), key=lambda item: item[1].lower())


class Directory:
    """Asks Codat in the background and remembers; without `reads` nothing is known."""

    def __init__(self, reads: CodatReads | None = None) -> None:
        self._reads = reads
        self._all = CachedReading(self._list, FRESH)
        self._single: LRUCache[UUID, CachedReading[Sequence[Company]]] = LRUCache(MAX_COMPANIES)

    async def names(self, companies: Iterable[UUID] = ()) -> Names:
        """Return the names of these companies, of all without any; what is not known is left out.

        Of all no more than 500 are read; a company beyond is read by itself where it is named.
        """
        wanted = frozenset(companies)
        reading = await self._all.get(WAIT)
        listed = reading.value if reading else ()
        found = [company for company in listed if not wanted or company.id in wanted]
        missing = wanted - {company.id for company in found}
        if reading and len(missing) == 1:
            found += await self._one(*missing)
        return _names(found, is_cut=len(listed) >= MAX_LISTED)

    async def _one(self, company: UUID) -> Sequence[Company]:
        if company not in self._single:
            self._single[company] = CachedReading(lambda: self._read(company), FRESH)
        reading = await self._single[company].get(WAIT)
        return reading.value if reading else ()

    async def _list(self) -> Sequence[Company]:
        if self._reads is None:
            return ()
        try:
            return (await self._reads.companies(page_size=MAX_LISTED)).results
        except CodatError:
            return ()

    async def _read(self, company: UUID) -> Sequence[Company]:
        if self._reads is None:
            return ()
        try:
            return [await self._reads.company(company)]
        except CodatError:
            return ()


def _names(companies: Sequence[Company], *, is_cut: bool) -> Names:
    connections = [each for company in companies for each in company.data_connections]
    return Names(
        companies={str(company.id): company.name for company in companies if company.name},
        platforms={str(each.id): each.platform_name for each in connections if each.platform_name},
        is_cut=is_cut,
    )
