"""Large payloads, kept outside Temporal: in a bucket of S3, or of what speaks its protocol.

The SDK's driver stores and reads. Here are its client and its errors in our words.
Endpoint, region and credentials are found where every AWS client finds them (`AWS_*`, profile).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aioboto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.aws.s3driver import S3StorageDriver, S3StorageDriverClient
from temporalio.contrib.aws.s3driver.aioboto3 import new_aioboto3_client
from temporalio.converter import (
    StorageDriverClaim,
    StorageDriverRetrieveContext,
    StorageDriverStoreContext,
)

from dispatch.payloads.storage import PayloadMissing, StorageUnavailable

if TYPE_CHECKING:
    from types_aiobotocore_s3.client import S3Client

_LIMITS = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3}
)
"""Seconds and attempts of one call: a workflow task waits meanwhile."""

_GONE = {"NoSuchKey", "404"}


class PayloadBucket(S3StorageDriver):
    """The SDK's driver, whose references any SDK's S3 driver reads."""

    def __init__(self, bucket: str) -> None:
        super().__init__(_Client(), bucket)

    async def store(
        self, context: StorageDriverStoreContext, payloads: Sequence[Payload]
    ) -> list[StorageDriverClaim]:
        """Write each payload. Raises: StorageUnavailable."""
        try:
            return await super().store(context, payloads)
        except RuntimeError as error:
            raise StorageUnavailable(
                "A large payload can't be written to PUSH_LARGE_BUCKET, so what needs it waits: "
                f"{_cause(error)}."
            ) from error

    async def retrieve(
        self, context: StorageDriverRetrieveContext, claims: Sequence[StorageDriverClaim]
    ) -> list[Payload]:
        """Read payloads. Raises: PayloadMissing, StorageUnavailable."""
        try:
            return await super().retrieve(context, claims)
        except (KeyError, ValueError) as error:
            raise PayloadMissing(
                "A large payload in PUSH_LARGE_BUCKET is not what was put there."
            ) from error
        except RuntimeError as error:
            if is_gone(error.__cause__):
                raise PayloadMissing(
                    "A large payload is not in PUSH_LARGE_BUCKET: was it removed?"
                ) from error
            raise StorageUnavailable(
                f"A large payload can't be read from PUSH_LARGE_BUCKET: {_cause(error)}."
            ) from error


class _Client(S3StorageDriverClient):
    """Opened for each call: one that stays open belongs to an event loop, and has to be closed."""

    def __init__(self) -> None:
        self._session = aioboto3.Session()

    async def object_exists(self, *, bucket: str, key: str) -> bool:  # noqa: ARG002
        """Deny it, so that what is written again is young again, and no sweep takes it."""
        return False

    async def put_object(self, *, bucket: str, key: str, data: bytes) -> None:
        """Write an object."""
        async with opened(self._session) as client:
            await new_aioboto3_client(client).put_object(bucket=bucket, key=key, data=data)

    async def get_object(self, *, bucket: str, key: str) -> bytes:
        """Read an object."""
        async with opened(self._session) as client:
            return await new_aioboto3_client(client).get_object(bucket=bucket, key=key)


@asynccontextmanager
async def opened(session: aioboto3.Session) -> "AsyncGenerator[S3Client]":
    """Open a client of S3 for a block."""
    opening: Any = session  # its type lists the clients of all services, most of them unknown here
    async with opening.client("s3", config=_LIMITS) as client:
        yield client


def is_gone(error: BaseException | None) -> bool:
    """Tell whether S3 said that there is no such object."""
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in _GONE


def _cause(error: BaseException) -> str:
    """Say what S3, or the way to it, said."""
    cause = error.__cause__
    known = isinstance(cause, BotoCoreError | ClientError)
    return str(cause).rstrip(".") if known else type(cause or error).__name__
