"""What other pushes were started with, read from their histories."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from cachetools import LRUCache
from temporalio.client import Client, WorkflowExecution
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.payload_context import converter_of
from activities.wire import Wire
from surepush_client.attached_file import AttachedFile

MAX_READ = 2000
"""So many records are read for one look, and stay at hand for the looks of others."""

MAX_BYTES = 20_000
"""A larger input is read anew each time."""


class Input(Wire):
    """The parts of a push's input that tell which record it is about, and what it carries."""

    record_id: str | None = None
    data: Any = None
    file: AttachedFile | None = None


class NoRequest(Exception):
    """What a workflow was started with is no push request, so that it sent nothing."""


async def input_of(client: Client, push: WorkflowExecution) -> tuple[Input, int] | None:
    """Read the input of a push and its size in bytes; None where that can't be done.

    Raises NoRequest.
    """
    run = client.get_workflow_handle(push.id, run_id=push.run_id)
    try:
        first = await anext(run.fetch_history_events(page_size=1))
        payloads = first.workflow_execution_started_event_attributes.input.payloads
        converter = converter_of(client, push.id)
        plain = await converter.decode(payloads)
        if not _is_request(plain):
            raise NoRequest
        (given,) = await converter.decode(payloads, [Input])
    except (RPCError, ValueError, ApplicationError):
        return None
    return given, sum(payload.ByteSize() for payload in payloads)


def _is_request(arguments: Sequence[object]) -> bool:
    match arguments:
        case [{"data": dict()}]:
            return True
        case _:
            return False


class Inputs:
    """Reads what pushes carry, each run once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: LRUCache[str, object] = LRUCache(MAX_READ)

    async def records(self, pushes: AsyncIterator[WorkflowExecution]) -> list[tuple[str, object]]:
        """Give the workflow id and the record of each, None where it can't be read here."""
        found: list[tuple[str, object]] = []
        async for push in pushes:
            with suppress(NoRequest):
                record = await self._record(push) if len(found) < MAX_READ else None
                found.append((push.id, record))
        return found

    async def _record(self, push: WorkflowExecution) -> object:
        if push.run_id in self._kept:
            return self._kept[push.run_id]
        try:
            found = await input_of(self._client, push)
        except NoRequest:
            raise
        except Exception:  # noqa: BLE001, a key or a large record may be missing here
            return None
        if found is None:
            return None
        given, size = found
        if size <= MAX_BYTES:
            self._kept[push.run_id] = given.data
        return given.data
