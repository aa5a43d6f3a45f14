"""A person's word on a push whose ending is unclear, read off its page."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from dispatch.bulk import is_safe
from gateway.errors import Refusal
from gateway.snapshot import Standing
from workflows.models import Settlement

MOST_WORDS = 500
"""Characters of a reason."""

_NOT_WRITTEN = "not-written"
_ANOTHER = "another"


def is_unclear(standing: Standing) -> bool:
    """Whether only a person's word lets this push go on: it was sent, and its end is not known."""
    return bool(standing.outcome and not is_safe(standing.outcome))


def read_word(standing: Standing, typed: Mapping[str, str], who: str) -> Settlement:
    """Read what was found; Refusal 400, or 409 when it is said of another ending than this."""
    if not is_unclear(standing) or typed.get("run") != standing.description.run_id:
        raise Refusal(
            HTTPStatus.CONFLICT, "The push has changed since its page was loaded: look again."
        )
    said = typed.get("word", "")
    if said == _NOT_WRITTEN:
        return Settlement(not_written=True, by=who)
    key = typed.get("operation", "").strip() if said == _ANOTHER else said
    try:
        return Settlement(adopt=UUID(key), by=who)
    except ValueError:
        message = "Say what you found: an operation by its key, or that nothing was written."
        raise Refusal(HTTPStatus.BAD_REQUEST, message) from None


def read_reason(typed: Mapping[str, str]) -> str:
    """Read how somebody knows; Refusal 400 without."""
    reason = typed.get("reason", "").strip()
    if not reason or len(reason) > MOST_WORDS:
        message = f"Say how you know, in at most {MOST_WORDS} characters."
        raise Refusal(HTTPStatus.BAD_REQUEST, message)
    return reason
