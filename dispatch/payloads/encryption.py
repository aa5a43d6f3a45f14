"""Payloads as they lie in Temporal: encrypted with AES-256-GCM, if there is a key."""

import os
from collections.abc import Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from dispatch.payloads.keyring import KEY_BYTES, KeyRing

ENCODING = b"binary/encrypted"
KEY_NAME = "encryption-key-id"

BOUND_TO = "encryption-bound-to"
"""Namespace and workflow id of a payload, separated by a slash: in no other place it can be read.

What was encrypted without a workflow (by the codec server, or before this was there) has none.
"""

_SALT_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"surepush payload 1"
_PURPOSE_BOUND = b"surepush payload 2"


class UndecryptablePayload(Exception):
    """A payload can't be decrypted; the text says which key it wants, never what is in it."""

    kind = "Unreadable"


class Encryption(PayloadCodec, WithSerializationContext):
    """Encrypts with the active key of a ring, for a workflow where one is known; decrypts with any.

    What is plain is left alone, or refused where it is `strict`.
    """

    def __init__(self, ring: KeyRing, *, strict: bool = False, place: str = "") -> None:
        self._ring = ring
        self._strict = strict
        self._place = place.encode()

    def with_context(self, context: SerializationContext) -> Self:
        """Give the codec of one workflow's payloads; of none where the SDK knows none."""
        if not self._ring.keys:
            return self  # it reads and writes in the clear, wherever that lies
        place = ""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            known = context.workflow_id
            place = f"{context.namespace}/{known}" if known else ""
        return type(self)(self._ring, strict=self._strict, place=place)

    @property
    def is_on(self) -> bool:
        """Whether what is written is encrypted."""
        return self._ring.active is not None

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt payloads whole, what kind of value they are included."""
        if self._ring.active is None:
            return list(payloads)
        name, key = self._ring.active, self._ring.keys[self._ring.active]
        return [_encrypted(payload, name, key, self._place) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt payloads; Unreadable without the key, of another workflow, plain where strict."""
        return [self._read(payload) for payload in payloads]

    def _read(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") == ENCODING:
            return self._decrypted(payload)
        if self._strict:
            raise UndecryptablePayload(
                "A payload is not encrypted, which PUSH_ENCRYPTION_STRICT refuses."
            )
        return payload

    def _decrypted(self, payload: Payload) -> Payload:
        name = payload.metadata.get(KEY_NAME, b"").decode(errors="replace")
        key = self._ring.keys.get(name)
        if key is None:
            raise UndecryptablePayload(
                f"A payload is encrypted with the key {name!r}, which PUSH_ENCRYPTION_KEYS of "
                "this process does not hold."
            )
        place = payload.metadata.get(BOUND_TO, b"")
        if place and self._place and place != self._place:
            raise UndecryptablePayload(
                "A payload was moved here from another workflow, or was altered."
            )
        salt, sealed = payload.data[:_SALT_BYTES], payload.data[_SALT_BYTES:]
        cipher, nonce = _cipher(key, salt, place)
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, place or None))
        except (InvalidTag, DecodeError, ValueError):
            raise UndecryptablePayload(
                f"A payload can't be decrypted with the key {name!r}: it was altered, or another "
                "key had that name."
            ) from None


def encrypts(client: Client) -> bool:
    """Whether what this client writes is encrypted."""
    codec = client.data_converter.payload_codec
    return isinstance(codec, Encryption) and codec.is_on


def _encrypted(payload: Payload, name: str, key: bytes, place: bytes) -> Payload:
    salt = os.urandom(_SALT_BYTES)
    cipher, nonce = _cipher(key, salt, place)
    metadata = {"encoding": ENCODING, KEY_NAME: name.encode()}
    return Payload(
        metadata=metadata | ({BOUND_TO: place} if place else {}),
        data=salt + cipher.encrypt(nonce, payload.SerializeToString(), place or None),
    )


# A key of its own for each payload: one key with random nonces is good for 2^32 payloads (NIST
# SP 800-38D, 8.3), which ten million pushes a day would use up within weeks.
def _cipher(key: bytes, salt: bytes, place: bytes) -> tuple[AESGCM, bytes]:
    purpose = _PURPOSE_BOUND if place else _PURPOSE
    derived = HKDF(SHA256(), KEY_BYTES + _NONCE_BYTES, salt, purpose).derive(key)
    return AESGCM(derived[:KEY_BYTES]), derived[KEY_BYTES:]
