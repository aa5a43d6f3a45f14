"""A company's list of operations, page by page."""

from dataclasses import dataclass
from uuid import UUID

from codat.client import CodatClient
from codat.errors import CodatTooLarge
from codat.models import OperationPage


@dataclass
class Pager:
    """Reads a list, newest first; a page that is too large to read is asked for half as large.

    `size` is how many operations a page has now, `begin` how many were read or may be skipped.
    """

    codat: CodatClient
    company: UUID
    query: str | None = None
    size: int = 1000
    begin: int = 0
    is_over: bool = False

    async def read(self) -> OperationPage:
        """Read the next page; after halving it may show some operations a second time.

        Raises: CodatError, CodatTooLarge where a single operation is.
        """
        while True:
            number = self.begin // self.size + 1
            try:
                page = await self.codat.operations(
                    self.company, query=self.query, page=number, page_size=self.size
                )
            except CodatTooLarge:
                if self.size == 1:
                    raise
                self.size //= 2
                continue
            self.begin = number * self.size
            self.is_over = not page.has_next or not page.results
            return page
