"""Files that are attached, kept in the claims that name them: nothing else has to be simulated."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    DataConverter,
    ExternalStorage,
    StorageDriver,
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
)

from dispatch.payloads.converter import CONVERTER
from dispatch.payloads.storage import LARGE
from surepush_client.attached_file import AttachedFile

_NAME = "claims"
_CONTENT = "content"


class ClaimStorage(StorageDriver):
    """Keeps a payload in its own claim."""

    def name(self) -> str:
        """Give the name that a stored file bears."""
        return _NAME

    async def store(
        self,
        context: StorageDriverStoreContext,  # noqa: ARG002, the SDK's
        payloads: Sequence[Payload],
    ) -> list[StorageDriverClaim]:
        """Make a claim of each payload."""
        return [StorageDriverClaim(_claim(payload)) for payload in payloads]

    async def retrieve(
        self,
        context: StorageDriverRetrieveContext,  # noqa: ARG002, the SDK's
        claims: Sequence[StorageDriverClaim],
    ) -> list[Payload]:
        """Read each payload out of its claim."""
        return [
            Payload.FromString(base64.b64decode(claim.claim_data[_CONTENT])) for claim in claims
        ]


def _claim(payload: Payload) -> dict[str, str]:
    return {_CONTENT: base64.b64encode(payload.SerializeToString()).decode()}


def with_files() -> DataConverter:
    """Make the converter of a process that may attach files."""
    drivers = [ClaimStorage()]
    storage = ExternalStorage(
        drivers, driver_selector=lambda _, __: drivers[0], payload_size_threshold=LARGE
    )
    return replace(CONVERTER, external_storage=storage)


def stored_file(name: str, content: bytes) -> AttachedFile:
    """Give a small file as a request names it that was stored."""
    piece = Payload(metadata={"encoding": b"binary/plain"}, data=content)
    return AttachedFile(
        name=name,
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage=_NAME,
        pieces=[_claim(piece)],
    )
