"""The keys that payloads are encrypted with: the setting PUSH_ENCRYPTION_KEYS."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

KEY_BYTES = 32

PLAIN = "plain"
"""In the place of the active key: write in the clear, but read what the keys have encrypted."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SEPARATORS = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class KeyRing:
    """Keys by their names; `active` is the one that encrypts, None when nothing is encrypted."""

    keys: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    active: str | None = None


def read_keys(written: object) -> object:
    """Read `name:base64-of-32-bytes`, active first; ValueError names the entry by position."""
    if not isinstance(written, str):
        return written
    entries = [entry for entry in _SEPARATORS.split(written) if entry]
    is_plain = bool(entries) and entries[0] == PLAIN
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(entries, 1):
        if number == 1 and is_plain:
            continue
        name, key = _read(entry, number)
        if name in keys:
            raise ValueError(f"entry {number} has the name of another, {name}")
        keys[name] = key
    return KeyRing(keys, None if is_plain else next(iter(keys), None))


def _read(entry: str, number: int) -> tuple[str, bytes]:
    name, _, written = entry.partition(":")
    if not _NAME.fullmatch(name) or name == PLAIN or not written:
        raise ValueError(f"entry {number} is not name:base64-of-32-bytes")
    try:
        key = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the key of entry {number}, {name}, is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key of entry {number}, {name}, has {len(key)} bytes, not 32")
    return name, key


class EncryptionSettings(BaseSettings):
    """The PUSH_* variables for encryption at rest."""

    model_config = SettingsConfigDict(
        env_prefix="PUSH_", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    encryption_keys: Annotated[KeyRing, NoDecode, BeforeValidator(read_keys)] = KeyRing()
    """Keys that encrypt what Temporal stores; the first one encrypts, all of them decrypt.
    `plain` in the first place writes unencrypted and still decrypts. Without keys nothing is
    encrypted. See [encryption.md](encryption.md)."""

    encryption_strict: bool = False
    """Refuses payloads that are not encrypted. It needs a key that encrypts."""

    @field_validator("encryption_strict")
    @classmethod
    def _with_a_key(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001, pydantic's
        ring = info.data.get("encryption_keys")
        if value and ring is not None and ring.active is None:
            raise ValueError("it needs a key in PUSH_ENCRYPTION_KEYS that encrypts")
        return value
