"""Large payloads, kept outside Temporal: in a directory that all processes share, or a bucket."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.api.sdk.v1.external_storage_pb2 import ExternalStorageReference
from temporalio.converter import (
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
)

from codat.settings import SettingsError
from surepush_client.errors import PayloadMissing

__all__ = [
    "LARGE",
    "NAME",
    "PayloadDirectory",
    "PayloadMissing",
    "StorageUnavailable",
    "fetched",
    "segment",
    "storage_drivers",
]

LARGE = 256 * 1024
"""Bytes of a payload, encrypted or not, from which on it is kept outside."""

NAME = "surepush-directory"

_PATH = re.compile(r"[\w%-]+/[\w%-]+/[0-9a-f]{64}", re.ASCII)


class StorageUnavailable(OSError):
    """A large payload can't be written, or read now; its text is one sentence."""

    kind = "NoRoom"


class PayloadDirectory(StorageDriver):
    """Keeps payloads as `namespace/workflow id/SHA-256`, so that what is forgotten can be found."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def name(self) -> str:
        """Give the name that references bear."""
        return NAME

    async def store(
        self, context: StorageDriverStoreContext, payloads: Sequence[Payload]
    ) -> list[StorageDriverClaim]:
        """Write each payload durably; NoRoom when the disk is full or away."""
        target = context.target
        names = (target.namespace, target.id or "") if target else ("", "")
        folder = "/".join(segment(name) for name in names)
        try:
            return [
                StorageDriverClaim({"path": await asyncio.to_thread(self._write, folder, payload)})
                for payload in payloads
            ]
        except OSError as error:
            raise StorageUnavailable(
                "A large payload can't be written to PUSH_LARGE_DIRECTORY, so what needs it waits: "
                f"{error.strerror or error}."
            ) from error

    async def retrieve(
        self,
        context: StorageDriverRetrieveContext,  # noqa: ARG002, the SDK's signature
        claims: Sequence[StorageDriverClaim],
    ) -> list[Payload]:
        """Read payloads; Missing."""
        return [
            await asyncio.to_thread(self._read, claim.claim_data.get("path", ""))
            for claim in claims
        ]

    def _write(self, owner: str, payload: Payload) -> str:
        data = payload.SerializeToString()
        path = f"{owner}/{hashlib.sha256(data).hexdigest()}"
        place = self._root / path
        for folder in (place.parent.parent, place.parent):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                _sync(folder.parent)
        # Whole or not at all, also when the machine dies meanwhile.
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(place)
                _sync(place.parent)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
        return path

    def _read(self, path: str) -> Payload:
        try:
            data = (self._root / path).read_bytes() if _PATH.fullmatch(path) else b""
            if hashlib.sha256(data).hexdigest() != path.rpartition("/")[2]:
                raise PayloadMissing(f"The large payload {path!r} is not what was put there.")
            return Payload.FromString(data)
        except (FileNotFoundError, DecodeError):
            raise PayloadMissing(
                f"The large payload {path!r} is not in PUSH_LARGE_DIRECTORY: does every process "
                "see the same directory?"
            ) from None


def _sync(folder: Path) -> None:
    """Make what was renamed or made in a folder outlast a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def segment(name: str) -> str:
    """Make a name a folder's; what is no letter, digit, `_` or `-` is written as `%` and hex."""
    return quote(name, safe="").replace(".", "%2E").replace("~", "%7E") or "-"


def storage_drivers(directory: Path | None, bucket: str | None) -> list[StorageDriver]:
    """Give where large payloads lie: new ones go to the first, all are read.

    Raises: SettingsError where the package for a bucket is not installed.
    """
    drivers: list[StorageDriver] = [PayloadDirectory(directory)] if directory else []
    if bucket:
        try:
            from dispatch.payloads.bucket import PayloadBucket  # noqa: PLC0415, takes a second
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"PUSH_LARGE_BUCKET needs the package {error.name}: install surepush[s3]."
            ) from error
        drivers.insert(0, PayloadBucket(bucket))
    return drivers


async def fetched(payload: Payload, drivers: Sequence[StorageDriver]) -> Payload:
    """Give what a payload refers to, itself when it refers to nothing.

    Raises: PayloadMissing, StorageUnavailable.
    """
    kind = ExternalStorageReference.DESCRIPTOR.full_name.encode()
    if payload.metadata.get("messageType") != kind:
        return payload
    try:
        reference = json_format.Parse(payload.data, ExternalStorageReference())
    except (json_format.ParseError, UnicodeDecodeError):
        raise PayloadMissing(
            "A large payload's reference can't be read: it is not as written."
        ) from None
    driver = next((known for known in drivers if known.name() == reference.driver_name), None)
    if driver is None:
        raise PayloadMissing(
            f"A large payload lies with {reference.driver_name!r}: set PUSH_LARGE_DIRECTORY and "
            "PUSH_LARGE_BUCKET as the workers have them."
        )
    claim = StorageDriverClaim(dict(reference.claim_data))
    (found,) = await driver.retrieve(StorageDriverRetrieveContext(), [claim])
    return found
