"""The memory of `Idempotency-Key`: the first answer to a key is kept for ninety minutes."""

import hashlib

from emulator.clock import TICKS_PER_SECOND
from emulator.errors import EmulatedResponse, refusal
from emulator.store import Store

_KEPT_FOR = 90 * 60 * TICKS_PER_SECOND
_NEVER_KEPT = 429


def digest(body: bytes) -> str:
    """Give the hash that stands for a body."""
    return hashlib.sha256(body).hexdigest()


def recall(store: Store, key: str, fingerprint: str, now: int) -> EmulatedResponse | None:
    """Give the kept answer to a key, or 422 if it was asked something else, or None."""
    row = store.one("SELECT * FROM memory WHERE key = ? AND kept > ?", key, now - _KEPT_FOR)
    if row is None:
        return None
    if row["fingerprint"] != fingerprint:
        return refusal(422, "The idempotency key was used with another request body.")
    return EmulatedResponse(row["status"], row["body"], "replayed", row["operation"])


def keep(store: Store, key: str, fingerprint: str, answer: EmulatedResponse, now: int) -> None:
    """Keep the first answer to a key; 429 releases it."""
    if answer.status == _NEVER_KEPT or recall(store, key, fingerprint, now):
        return
    store.run(
        "INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?, ?, ?)",
        key,
        fingerprint,
        now,
        answer.status,
        answer.body,
        answer.operation,
    )


def in_flight() -> EmulatedResponse:
    """Answer a second request whose first has no answer yet."""
    return refusal(409, "A request with this idempotency key is still being processed.")
