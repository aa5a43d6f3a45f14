"""Reading what the accounting software has: refreshes of Codat's cache, and the records in it.

Codat answers reads from its cache. The cache has a record only after a refresh that began when the
record was in the software. Source: docs.codat.io/using-the-api/push, contract section 9.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from uuid import UUID

import httpx

from codat.attachments import Attachment
from codat.companies import Company, CompanyPage
from codat.errors import (
    CodatNotFound,
    CodatRefused,
)
from codat.pull_operations import DataStatus, PullOperation
from codat.query import Condition, query_text
from codat.read_answers import (
    attachments_of,
    companies_of,
    company_of,
    pull_operation_of,
    record_of,
    record_page_of,
    refresh_of,
    statuses_of,
)
from codat.records import CachedRecord, RecordPage
from codat.responses import CodatResponse
from codat.target import PushTarget, segment
from codat.turns import in_turn
from surepush_client.codat_names import canonical_data_type

BuildRequest = Callable[..., httpx.Request]
SendRequest = Callable[[UUID | None, httpx.Request], Awaitable[CodatResponse]]


class CodatReads:
    """Reads of one client; each method sends one request and follows nothing.

    Every method raises CodatReadRefused where plan or rights don't include reading, and any other
    CodatError as the rest of the client does.
    """

    def __init__(self, build: BuildRequest, send: SendRequest) -> None:
        self._build = build
        self._send = send

    async def refresh(
        self, company_id: UUID, data_type: str, connection_id: UUID | None = None
    ) -> PullOperation:
        """Have Codat read a data type from the software; all connections without an id.

        Asking again after a lost answer is harmless. Raises: CodatRefreshInProgress while one runs.
        """
        kind = canonical_data_type(data_type)
        connection = None if connection_id is None else str(connection_id)
        with _readable():
            path = f"/companies/{company_id}/data/queue/{segment(kind)}"
            request = self._build("POST", path, connectionId=connection)
        answer = await self._send(company_id, request)
        operation = await in_turn(refresh_of, answer)
        if not operation.is_of(company_id, kind, connection_id):
            raise answer.unusable("a refresh of another company, connection or data type")
        return operation

    async def pull_operation(self, company_id: UUID, pull_operation_id: UUID) -> PullOperation:
        """Read one refresh, running or over."""
        path = f"/companies/{company_id}/data/history/{pull_operation_id}"
        answer = await self._send(company_id, self._build("GET", path))
        operation = await in_turn(pull_operation_of, answer)
        if operation.id != pull_operation_id:
            raise answer.unusable("another refresh")
        return operation

    async def data_status(self, company_id: UUID) -> dict[str, DataStatus]:
        """Read how fresh each data type is, by its name; a type that is absent was never read."""
        request = self._build("GET", f"/companies/{company_id}/dataStatus")
        return await in_turn(statuses_of, await self._send(company_id, request))

    async def read_record(self, target: PushTarget, record_id: str) -> CachedRecord | None:
        """Read one record; None while Codat's cache has none with this id (404).

        A transaction of a bank account has no address of its own and is queried for.
        Raises: CodatNeverSynced where the data type was never read.
        """
        if target.operation_data_type == "bankTransactions":
            return await self._find(target, record_id)
        with _readable():
            request = self._build("GET", f"{_records(target)}/{segment(record_id)}")
        answer = await self._send(target.company_id, request)
        try:
            record = await in_turn(record_of, answer)
        except CodatNotFound:
            return None
        if record.id != record_id:
            raise answer.unusable("another record")
        return record

    async def read_records(
        self,
        target: PushTarget,
        query: Sequence[Condition] = (),
        *,
        page: int = 1,
        page_size: int = 100,
        order_by: str | None = "-modifiedDate",
    ) -> RecordPage:
        """Read one page of the records for which all conditions hold, deleted ones too.

        All connections of the company may be among them, except for the data types in
        `READ_BY_CONNECTION` and transactions.
        Raises: CodatNeverSynced where the data type was never read; ValueError for a query that is
        too long.
        """
        conditions = query_text(query)
        with _readable():
            request = self._build(
                "GET",
                _records(target),
                page=page,
                pageSize=page_size,
                query=conditions,
                orderBy=order_by,
            )
        answer = await self._send(target.company_id, request)
        found = await in_turn(record_page_of, answer)
        return found.model_copy(update={"date": answer.date})

    async def attachments(self, target: PushTarget, record_id: str) -> list[Attachment]:
        """List the files that are attached to a record, as the software has them now.

        Codat needs no refresh for that (codat-accounting 0.36, the model Attachment).
        """
        connection = f"/companies/{target.company_id}/connections/{target.connection_id}"
        with _readable():
            record = f"{connection}/data/{target.push_path}/{segment(record_id)}"
            request = self._build("GET", f"{record}/attachments")
        return await in_turn(attachments_of, await self._send(target.company_id, request))

    async def company(self, company_id: UUID) -> Company:
        """Read a company: its name and its connections."""
        answer = await self._send(company_id, self._build("GET", f"/companies/{company_id}"))
        return await in_turn(company_of, answer)

    async def companies(self, *, page: int = 1, page_size: int = 100) -> CompanyPage:
        """Read one page of all companies, by name."""
        request = self._build("GET", "/companies", page=page, pageSize=page_size, orderBy="name")
        return await in_turn(companies_of, await self._send(None, request))

    async def recent_records(
        self, company_id: UUID, data_type: str, *, page_size: int
    ) -> RecordPage:
        """Read the records of a company that changed last, of any data type that has such a list.

        Raises: CodatNeverSynced where the data type was never read.
        """
        path = f"/companies/{company_id}/data/{segment(data_type)}"
        request = self._build("GET", path, page=1, pageSize=page_size, orderBy="-modifiedDate")
        return await in_turn(record_page_of, await self._send(company_id, request))

    async def _find(self, target: PushTarget, record_id: str) -> CachedRecord | None:
        with _readable():
            condition = Condition("id", "=", record_id)
            query_text([condition])
        found = await self.read_records(target, [condition])
        return next((record for record in found.results if record.id == record_id), None)


@contextmanager
def _readable() -> Generator[None]:
    """Raise CodatRefused for what can't be written into a request; nothing was sent."""
    try:
        yield
    except (ValueError, httpx.InvalidURL) as error:
        raise CodatRefused(f"The record can't be read: {error}") from error


def _records(target: PushTarget) -> str:
    return f"/companies/{target.company_id}/{target.data_path}"
