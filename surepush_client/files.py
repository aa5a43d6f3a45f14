"""Files to attach, kept in pieces beside Temporal and encrypted as payloads are."""

import asyncio
import hashlib
import mimetypes
from collections.abc import AsyncGenerator
from typing import IO

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import (
    DataConverter,
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
    StorageDriverWorkflowInfo,
    WorkflowSerializationContext,
)

from surepush_client.attached_file import BINARY, LARGEST_FILE, AttachedFile
from surepush_client.errors import PayloadMissing

PIECE = 1024 * 1024
"""Bytes of a piece."""


class WrongFile(ValueError):
    """It can't be attached; the text is one sentence."""


NO_STORAGE = "Files need PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET: set one of them."


def check_size(name: str, size: int, largest: int) -> None:
    """Check how many bytes a file has. Raises: WrongFile where it is empty or too large."""
    if size > largest:
        raise WrongFile(f"The file {name[:80]} has more than the {largest} bytes allowed.")
    if not size:
        raise WrongFile(f"The file {name[:80]} is empty.")


async def store_file(  # noqa: PLR0913, what a file consists of
    client: Client,
    workflow_id: str,
    source: IO[bytes],
    name: str,
    content_type: str | None = None,
    *,
    largest: int = LARGEST_FILE,
) -> AttachedFile:
    """Store a file for the push of that workflow id, read piece by piece from where `source` is.

    Without a content type it is guessed from the name. Raises: WrongFile, also where the client's
    data converter has no storage; what the storage driver raises.
    """
    drivers = _drivers(client)
    if not drivers:
        raise WrongFile(NO_STORAGE)
    target = StorageDriverWorkflowInfo(namespace=client.namespace, id=workflow_id)
    context, digest, size = StorageDriverStoreContext(target), hashlib.sha256(), 0
    claims: list[dict[str, str]] = []
    while piece := await asyncio.to_thread(source.read, PIECE):
        size += len(piece)
        check_size(name, size, largest)
        digest.update(piece)
        (claim,) = await drivers[0].store(context, [await _sealed(client, workflow_id, piece)])
        claims.append(dict(claim.claim_data))
    check_size(name, size, largest)
    return AttachedFile(
        name=name,
        content_type=content_type or mimetypes.guess_type(name)[0] or BINARY,
        size=size,
        sha256=digest.hexdigest(),
        storage=drivers[0].name(),
        pieces=claims,
    )


async def load_file(client: Client, workflow_id: str, file: AttachedFile, into: IO[bytes]) -> None:
    """Write a file's pieces into `into`, and go back to its beginning.

    Raises: PayloadMissing where it is not what was stored; what the storage driver raises.
    """
    digest = hashlib.sha256()
    async for piece in _pieces(client, workflow_id, file):
        digest.update(piece)
        await asyncio.to_thread(into.write, piece)
    if digest.hexdigest() != file.sha256:
        raise PayloadMissing(f"The file {file.name} is not what was stored: its SHA-256 differs.")
    into.seek(0)


async def _pieces(client: Client, workflow_id: str, file: AttachedFile) -> AsyncGenerator[bytes]:
    driver = next((known for known in _drivers(client) if known.name() == file.storage), None)
    if driver is None:
        raise PayloadMissing(
            f"The file {file.name} lies with {file.storage!r}: set PUSH_LARGE_DIRECTORY and "
            "PUSH_LARGE_BUCKET as who stored it had them."
        )
    codec = _of_workflow(client, workflow_id).payload_codec
    for claim in file.pieces:
        context = StorageDriverRetrieveContext()
        payloads = await driver.retrieve(context, [StorageDriverClaim(dict(claim))])
        (plain,) = await codec.decode(payloads) if codec else payloads
        yield plain.data


async def _sealed(client: Client, workflow_id: str, piece: bytes) -> Payload:
    payload = Payload(metadata={"encoding": b"binary/plain"}, data=piece)
    codec = _of_workflow(client, workflow_id).payload_codec
    if codec is None:
        return payload
    (sealed,) = await codec.encode([payload])
    return sealed


def _of_workflow(client: Client, workflow_id: str) -> DataConverter:
    context = WorkflowSerializationContext(client.namespace, workflow_id)
    return client.data_converter.with_context(context)


def _drivers(client: Client) -> list[StorageDriver]:
    storage = client.data_converter.external_storage
    return list(storage.drivers) if storage else []
