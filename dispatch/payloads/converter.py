"""How values travel through Temporal: plain JSON whose numbers keep their digits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.common import RawValue
from temporalio.converter import (
    BinaryNullPayloadConverter,
    BinaryPlainPayloadConverter,
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
    ExternalStorage,
    JSONProtoPayloadConverter,
    PayloadConverter,
    StorageDriver,
)
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from codat.exact_json import dumps, loads
from codat.turns import in_turn
from dispatch.payloads.encryption import Encryption, UndecryptablePayload
from dispatch.payloads.keyring import KeyRing
from dispatch.payloads.storage import LARGE, PayloadMissing, StorageUnavailable, storage_drivers
from surepush_client.payloads import DecimalJSON, adapter


class ExactJSON(DecimalJSON):
    """JSON for pydantic models and plain values; any client's `json/plain` can be read."""

    def write(self, value: object) -> str:
        """Write large values in pieces, so that other threads go on."""
        return dumps(value)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ANN401
        """Read a value as the type that is expected; text that is no JSON fails the push."""
        try:
            # Refusing what was taken once would break the replay of pushes that run.
            value = loads(payload.data, repeated=True)
        except ValueError as error:
            raise _invalid(f"The input is no JSON: {error}") from None
        return value if type_hint is None else adapter(type_hint).validate_python(value)


def _invalid(message: str) -> ApplicationError:
    return ApplicationError(message, type="InvalidInput", non_retryable=True)


class ExactPayloads(CompositePayloadConverter):
    """JSON whose numbers are exact, bytes and null, and in Protobuf's JSON what the SDK writes."""

    def __init__(self) -> None:
        super().__init__(
            BinaryNullPayloadConverter(),
            BinaryPlainPayloadConverter(),
            JSONProtoPayloadConverter(),
            ExactJSON(),
        )

    def from_payloads(
        self, payloads: Sequence[Payload], type_hints: list[type] | None = None
    ) -> list[Any]:
        """Read values; what nobody here can read fails the push."""
        for payload in payloads:
            encoding = payload.metadata.get("encoding", b"")
            if encoding not in self.converters:
                name = encoding.decode(errors="replace")[:60]
                raise _invalid(f"The input has the encoding {name!r}: send it as json/plain.")
        try:
            return super().from_payloads(payloads, type_hints)
        except (RuntimeError, json_format.Error):  # not Protobuf's, or of a type that is not here
            raise _invalid(
                "The input is no Protobuf that is known: send it as json/plain."
            ) from None


class QuietFailures(DefaultFailureConverter):
    """The SDK's own, without stack traces of what is no fault of ours."""

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        """Write an error; a benign one is told by its sentence alone."""
        is_benign = ApplicationErrorCategory.BENIGN
        if isinstance(exception, ApplicationError) and exception.category is is_benign:
            exception = exception.with_traceback(None)
        super().to_failure(exception, payload_converter, failure)
        if isinstance(exception, UndecryptablePayload | PayloadMissing | StorageUnavailable):
            failure.application_failure_info.type = exception.kind


class SealedFailures(QuietFailures, DefaultFailureConverterWithEncodedAttributes):
    """Puts message and stack trace of an error where the codec encrypts them."""


class LargeApart(DataConverter):
    """Converts large values in a thread, so that the event loop serves others meanwhile."""

    async def encode(self, values: Sequence[Any]) -> list[Payload]:
        """Write values and encode them."""
        payloads = await in_turn(self.payload_converter.to_payloads, values)
        return await super().encode([RawValue(payload) for payload in payloads])

    async def decode(
        self, payloads: Sequence[Payload], type_hints: list[type] | None = None
    ) -> list[Any]:
        """Decode payloads and read them."""
        raw: list[RawValue] = await super().decode(payloads, [RawValue] * len(payloads))
        plain = [value.payload for value in raw]

        def read(_: list[bytes]) -> list[Any]:
            return self.payload_converter.from_payloads(plain, type_hints)

        # Whether they are large shows in their bytes alone.
        return await in_turn(read, [payload.data for payload in plain])


def converter(
    ring: KeyRing, large: Path | None = None, bucket: str | None = None, *, strict: bool = False
) -> DataConverter:
    """Make the converter for these keys; without an active one all is written in the clear.

    With `strict` nothing is read that lies in the clear. Large payloads go into the bucket, else
    into the directory `large`, encrypted as all are. Raises: SettingsError.
    """
    return LargeApart(
        payload_converter_class=ExactPayloads,
        payload_codec=Encryption(ring, strict=strict),
        failure_converter_class=SealedFailures if ring.active else QuietFailures,
        external_storage=_storage(storage_drivers(large, bucket)),
    )


def _storage(drivers: Sequence[StorageDriver]) -> ExternalStorage | None:
    if not drivers:
        return None
    return ExternalStorage(
        drivers, driver_selector=lambda _, __: drivers[0], payload_size_threshold=LARGE
    )


CONVERTER = converter(KeyRing())
"""Of a process without keys."""
