"""Reading what the accounting software has: refreshes of Codat's cache, and the records in it.

Codat answers reads from its cache. The cache has a record only after a refresh that began when the
record was in the software. Source: docs.codat.io/using-the-api/push, contract section 9.
"""

import re
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

import httpx
from pydantic import ValidationError

from codat.companies import Company, CompanyPage
from codat.errors import (
    CodatConflict,
    CodatError,
    CodatNeverSynced,
    CodatNotFound,
    CodatReadRefused,
    CodatRefreshInProgress,
    CodatRefused,
    CodatUnauthorized,
)
from codat.pull_operations import DataStatus, PullOperation
from codat.query import Condition, query_text
from codat.records import CachedRecord, RecordPage
from codat.responses import CodatResponse
from codat.target import PushTarget, segment
from codat.turns import in_turn
from surepush_client.codat_names import canonical_data_type

BuildRequest = Callable[..., httpx.Request]
SendRequest = Callable[[UUID | None, httpx.Request], Awaitable[CodatResponse]]

_REFUSED = (402, 403)
_IN_PROGRESS = "DatasetAlreadyInProgress"
_RUNNING_ID = re.compile(
    r"previous sync ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)


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
        operation = await in_turn(_refreshed, answer)
        if not operation.is_of(company_id, kind, connection_id):
            raise answer.unusable("a refresh of another company, connection or data type")
        return operation

    async def pull_operation(self, company_id: UUID, pull_operation_id: UUID) -> PullOperation:
        """Read one refresh, running or over."""
        path = f"/companies/{company_id}/data/history/{pull_operation_id}"
        answer = await self._send(company_id, self._build("GET", path))
        operation = await in_turn(_pull_operation, answer)
        if operation.id != pull_operation_id:
            raise answer.unusable("another refresh")
        return operation

    async def data_status(self, company_id: UUID) -> dict[str, DataStatus]:
        """Read how fresh each data type is, by its name; a type that is absent was never read."""
        request = self._build("GET", f"/companies/{company_id}/dataStatus")
        return await in_turn(_statuses, await self._send(company_id, request))

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
            record = await in_turn(_record, answer)
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
        found = await in_turn(_page, answer)
        return found.model_copy(update={"date": answer.date})

    async def company(self, company_id: UUID) -> Company:
        """Read a company: its name and its connections."""
        answer = await self._send(company_id, self._build("GET", f"/companies/{company_id}"))
        return await in_turn(_company, answer)

    async def companies(self, *, page: int = 1, page_size: int = 100) -> CompanyPage:
        """Read one page of all companies, by name."""
        request = self._build("GET", "/companies", page=page, pageSize=page_size, orderBy="name")
        return await in_turn(_companies, await self._send(None, request))

    async def recent_records(
        self, company_id: UUID, data_type: str, *, page_size: int
    ) -> RecordPage:
        """Read the records of a company that changed last, of any data type that has such a list.

        Raises: CodatNeverSynced where the data type was never read.
        """
        path = f"/companies/{company_id}/data/{segment(data_type)}"
        request = self._build("GET", path, page=1, pageSize=page_size, orderBy="-modifiedDate")
        return await in_turn(_page, await self._send(company_id, request))

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


def _document(answer: CodatResponse) -> Any:  # noqa: ANN401, JSON is anything
    try:
        return answer.document()
    except CodatUnauthorized as error:
        if error.status in _REFUSED:
            raise error.narrowed(CodatReadRefused) from error
        raise


def _cached(answer: CodatResponse) -> Any:  # noqa: ANN401, JSON is anything
    try:
        return _document(answer)
    except CodatConflict as error:
        raise error.narrowed(CodatNeverSynced) from error


def _refreshed(answer: CodatResponse) -> PullOperation:
    try:
        return _pull_operation(answer)
    except CodatError as error:
        if _IN_PROGRESS not in answer.reason:
            raise
        running = error.narrowed(CodatRefreshInProgress)
        named = _RUNNING_ID.search(answer.reason)
        running.pull_operation_id = UUID(named.group(1)) if named else None
        raise running from error


def _pull_operation(answer: CodatResponse) -> PullOperation:
    try:
        return PullOperation.model_validate(_document(answer))
    except ValidationError as error:
        raise answer.unusable("no refresh") from error


def _statuses(answer: CodatResponse) -> dict[str, DataStatus]:
    document = _document(answer)
    if not isinstance(document, dict):
        raise answer.unusable("no data status")
    entries = cast("dict[str, object]", document)
    return {
        canonical_data_type(name): DataStatus.model_validate(entry)
        for name, entry in entries.items()
        if isinstance(entry, dict)
    }


def _company(answer: CodatResponse) -> Company:
    try:
        return Company.model_validate(_document(answer))
    except ValidationError as error:
        raise answer.unusable("no company") from error


def _companies(answer: CodatResponse) -> CompanyPage:
    try:
        return CompanyPage.model_validate(_document(answer))
    except ValidationError as error:
        raise answer.unusable("no list of companies") from error


def _record(answer: CodatResponse) -> CachedRecord:
    try:
        return CachedRecord.from_codat(_cached(answer))
    except ValidationError as error:
        raise answer.unusable("no record") from error


def _page(answer: CodatResponse) -> RecordPage:
    try:
        return RecordPage.from_codat(_cached(answer))
    except ValidationError as error:
        raise answer.unusable("no list of records") from error
