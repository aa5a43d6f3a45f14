"""What the start of a push tells Temporal besides its input."""

import hashlib
from typing import Any

from temporalio.client import Client
from temporalio.common import Priority, TypedSearchAttributes

from activities.start_memo import CALLER_MEMO, START_MEMO, StartMemo
from codat.clock import utc_now
from dispatch.payloads.encryption import encrypts
from dispatch.priorities import StartPriorities
from dispatch.record_title import record_title
from workflows.attributes import at_start
from workflows.markdown import plain
from workflows.models import PushRequest

_CROWDS = StartPriorities()


def memo_of(first: StartMemo, started_by: str | None) -> dict[str, Any]:
    """Make the memo of a start: what the caller first sent, and the name of its API key."""
    memo: dict[str, Any] = {START_MEMO: first}
    return memo | {CALLER_MEMO: started_by} if started_by else memo


def start_memo(client: Client, request: PushRequest, *, is_awaited: bool = False) -> StartMemo:
    """Say that this push was started here, and what the caller first sent.

    It holds the caller's key where the search attribute holds no more than its digest.
    """
    return StartMemo(
        first_digest=request.first_digest or request.digest,
        kind=request.kind_path,
        started_on_utc=utc_now(),
        reference=(request.idempotency_key or "") if encrypts(client) else "",
        record=record_title(request.data),
        is_awaited=is_awaited or None,
    )


def found_by(
    client: Client, request: PushRequest, started_by: str | None = None
) -> TypedSearchAttributes:
    """Give what the push is found by; the caller's key as its SHA-256 when payloads are encrypted.

    Search attributes can't be encrypted, and a key may name a person.
    """
    if not encrypts(client):
        return at_start(request, started_by)
    digest = hashlib.sha256((request.idempotency_key or "").encode()).hexdigest()
    return at_start(request.model_copy(update={"idempotency_key": digest}), started_by)


def options_of(
    client: Client, request: PushRequest, first: StartMemo, started_by: str | None = None
) -> dict[str, Any]:
    """Give the SDK's options of a start: memo, search attributes, summary and priority."""
    return {
        "memo": memo_of(first, started_by),
        "search_attributes": found_by(client, request, started_by),
        "static_summary": summary_of(request),
        "priority": fair_to(request),
    }


def fair_to(request: PushRequest) -> Priority:
    """Let one push pass another company's thousands; companies take turns where the server can."""
    company = request.company_id
    return Priority(priority_key=_CROWDS.priority(company), fairness_key=str(company))


def summary_of(request: PushRequest) -> str:
    """Say in a line what the push is, for the Temporal UI."""
    return plain(f"{request.task} {request.idempotency_key}"[:200])
