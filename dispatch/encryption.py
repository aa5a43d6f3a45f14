"""Payloads as they lie in Temporal: encrypted with AES-256-GCM, if there is a key."""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import PayloadCodec

from dispatch.keyring import KEY_BYTES, KeyRing

ENCODING = b"binary/encrypted"
KEY_NAME = "encryption-key-id"

_SALT_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"surepush payload 1"


class Unreadable(Exception):
    """A payload can't be decrypted; the text says which key it wants, never what is in it."""


class Encryption(PayloadCodec):
    """Encrypts with the active key of a ring, decrypts with any; what is plain is left alone."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    @property
    def is_on(self) -> bool:
        """Whether what is written is encrypted."""
        return self._ring.active is not None

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt payloads whole, what kind of value they are included."""
        if self._ring.active is None:
            return list(payloads)
        name, key = self._ring.active, self._ring.keys[self._ring.active]
        return [_encrypted(one, name, key) for one in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt payloads; Unreadable when the key is not in the ring or does not fit."""
        return [
            self._decrypted(one) if one.metadata.get("encoding") == ENCODING else one
            for one in payloads
        ]

    def _decrypted(self, payload: Payload) -> Payload:
        name = payload.metadata.get(KEY_NAME, b"").decode(errors="replace")
        key = self._ring.keys.get(name)
        if key is None:
            raise Unreadable(
                f"A payload is encrypted with the key {name!r}, which PUSH_ENCRYPTION_KEYS of "
                "this process does not hold."
            )
        salt, sealed = payload.data[:_SALT_BYTES], payload.data[_SALT_BYTES:]
        cipher, nonce = _cipher(key, salt)
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, None))
        except (InvalidTag, DecodeError, ValueError):
            raise Unreadable(
                f"A payload can't be decrypted with the key {name!r}: it was altered, or another "
                "key had that name."
            ) from None


def encrypts(client: Client) -> bool:
    """Whether what this client writes is encrypted."""
    codec = client.data_converter.payload_codec
    return isinstance(codec, Encryption) and codec.is_on


def _encrypted(payload: Payload, name: str, key: bytes) -> Payload:
    salt = os.urandom(_SALT_BYTES)
    cipher, nonce = _cipher(key, salt)
    return Payload(
        metadata={"encoding": ENCODING, KEY_NAME: name.encode()},
        data=salt + cipher.encrypt(nonce, payload.SerializeToString(), None),
    )


# A key of its own for each payload: one key with random nonces is good for 2^32 payloads (NIST
# SP 800-38D, 8.3), which ten million pushes a day would use up within weeks.
def _cipher(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    derived = HKDF(SHA256(), KEY_BYTES + _NONCE_BYTES, salt, _PURPOSE).derive(key)
    return AESGCM(derived[:KEY_BYTES]), derived[KEY_BYTES:]
