"""A person's word on a push whose ending is unclear, read off its page."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from codat.models import PushStatus
from dispatch.bulk import is_safe
from gateway.errors import HttpError
from gateway.snapshot import PushSnapshot
from workflows.models import Resolution

MAX_WORDS = 500
"""Characters of a reason."""

_NOT_WRITTEN = "not-written"
_ANOTHER = "another"


def is_unclear(snapshot: PushSnapshot) -> bool:
    """Whether only a person's word lets this push go on: it was sent, and its end is not known."""
    return bool(snapshot.outcome and not is_safe(snapshot.outcome))


def advice_on(snapshot: PushSnapshot) -> str:
    """Say what a person does first; nothing where nothing is to be done."""
    outcome = snapshot.outcome
    if outcome is None or outcome.status is PushStatus.SUCCESS:
        return ""
    if is_unclear(snapshot):
        return (
            "Look for the record in the accounting software first. Then say below what you found."
        )
    if outcome.errors:
        return "Correct the record with Edit and retry. Nothing was written, and nothing will be."
    return "Nothing was written. Remove the cause, then retry."


def read_word(snapshot: PushSnapshot, typed: Mapping[str, str], who: str) -> Resolution:
    """Read what was found; Refusal 400, or 409 when it is said of another ending than this."""
    if not is_unclear(snapshot) or typed.get("run") != snapshot.description.run_id:
        raise HttpError(
            HTTPStatus.CONFLICT, "The push has changed since its page was loaded: look again."
        )
    word = typed.get("word", "")
    if word == _NOT_WRITTEN:
        return Resolution(not_written=True, by=who)
    key = typed.get("operation", "").strip() if word == _ANOTHER else word
    try:
        return Resolution(adopt=UUID(key), by=who)
    except ValueError:
        message = "Say what you found: an operation by its key, or that nothing was written."
        raise HttpError(HTTPStatus.BAD_REQUEST, message) from None


def read_reason(typed: Mapping[str, str]) -> str:
    """Read how somebody knows; Refusal 400 without."""
    reason = typed.get("reason", "").strip()
    if not reason or len(reason) > MAX_WORDS:
        message = f"Say how you know, in at most {MAX_WORDS} characters."
        raise HttpError(HTTPStatus.BAD_REQUEST, message)
    return reason
