"""Codat's writes besides create and update: one method per endpoint, nothing repeated."""

from collections.abc import Awaitable, Callable
from typing import IO, Protocol
from uuid import UUID

import httpx

from codat.errors import CodatRefused
from codat.models import PushOperation, PushTarget
from codat.responses import CodatResponse
from codat.target import segment

BeforeSend = Callable[[], None] | None
Send = Callable[[UUID, httpx.Request, BeforeSend], Awaitable[CodatResponse]]
FilePart = tuple[str, IO[bytes], str]
"""Name, content and content type of a file."""

_SEVERAL = frozenset({"bills"})
"""The data types whose attachments Codat's paths name in the plural."""

ReadOperation = Callable[[CodatResponse, PushTarget], Awaitable[PushOperation]]


class BuildRequest(Protocol):
    """Makes a request of a method, a path below the base address, and a query."""

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        file: FilePart | None = None,
        **query: str | float | None,
    ) -> httpx.Request:
        """Build it, with a body or with a file."""
        ...


class CodatWrites:
    """Takes records and attachments away; every failure is a CodatError."""

    def __init__(self, build: BuildRequest, send: Send, read: ReadOperation) -> None:
        self._build = build
        self._send = send
        self._read = read

    async def delete(
        self,
        target: PushTarget,
        record_id: str,
        *,
        timeout_in_minutes: int | None = None,
        before_send: BeforeSend = None,
    ) -> PushOperation:
        """Delete a record; `before_send` runs just before the first byte."""
        path = self._path(target, record_id)
        request = self._build("DELETE", path, timeoutInMinutes=timeout_in_minutes)
        return await self._read(await self._send(target.company_id, request, before_send), target)

    async def attach(
        self,
        target: PushTarget,
        record_id: str,
        file: FilePart,
        *,
        before_send: BeforeSend = None,
    ) -> PushOperation:
        """Attach a file to a record; `before_send` runs just before the first byte."""
        word = "attachments" if target.data_type in _SEVERAL else "attachment"
        request = self._build("POST", self._path(target, record_id, word), file=file)
        return await self._read(await self._send(target.company_id, request, before_send), target)

    async def detach(
        self,
        target: PushTarget,
        record_id: str,
        attachment_id: str,
        *,
        before_send: BeforeSend = None,
    ) -> PushOperation:
        """Remove a file from a record; `before_send` runs just before the first byte."""
        request = self._build("DELETE", self._path(target, record_id, "attachments", attachment_id))
        return await self._read(await self._send(target.company_id, request, before_send), target)

    @staticmethod
    def _path(target: PushTarget, *parts: str) -> str:
        connection = f"/companies/{target.company_id}/connections/{target.connection_id}"
        try:
            steps = "/".join(segment(part) for part in parts)
        except ValueError as error:
            raise CodatRefused(f"It can't be sent: {error}") from error
        return f"{connection}/push/{target.push_path}/{steps}"
