"""The search attributes of a push: all Keyword, ten are the most that a SQL store has."""

import hashlib
from uuid import UUID

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from activities.other_pushes import REQUESTED
from codat.models import PushStatus
from workflows.cause import MAX_CAUSE, cause_of, cause_without_texts
from workflows.models import PushOutcome, PushRequest

PUSH_STATUS = SearchAttributeKey.for_keyword("PushStatus")
COMPANY_ID = SearchAttributeKey.for_keyword("CompanyId")
CONNECTION_ID = SearchAttributeKey.for_keyword("ConnectionId")
DATA_TYPE = SearchAttributeKey.for_keyword("DataType")
PUSH_REFERENCE = SearchAttributeKey.for_keyword("PushReference")
PUSH_OPERATION_KEY = SearchAttributeKey.for_keyword("PushOperationKey")
PUSH_DIGEST = SearchAttributeKey.for_keyword("PushDigest")
STARTED_BY = SearchAttributeKey.for_keyword("StartedBy")
PUSH_CAUSE = SearchAttributeKey.for_keyword("PushCause")

ALL = (
    PUSH_STATUS,
    COMPANY_ID,
    CONNECTION_ID,
    DATA_TYPE,
    PUSH_REFERENCE,
    PUSH_OPERATION_KEY,
    PUSH_DIGEST,
    STARTED_BY,
    PUSH_CAUSE,
)


def at_start(request: PushRequest, started_by: str | None = None) -> TypedSearchAttributes:
    """Give what a push is found by from its first moment on."""
    values = _values(request) | ({STARTED_BY: started_by} if started_by else {})
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values.items()])


def upsert_start_attributes(request: PushRequest) -> None:
    """Give a run that was started by hand, or again, what it is found by."""
    values = _values(request)
    if is_sealed(request):
        values[PUSH_REFERENCE] = _sealed(request)
    _upsert(values)
    # A reset is a request of its own.
    if REQUESTED in workflow.info().raw_memo:
        workflow.upsert_memo({REQUESTED: None})


def is_sealed(request: PushRequest) -> bool:
    """Whether payloads are encrypted: then the key is known by its digest, and stays so."""
    return workflow.info().typed_search_attributes.get(PUSH_REFERENCE) == _sealed(request)


def upsert_ending(request: PushRequest, outcome: PushOutcome, operation: UUID | None) -> None:
    """Say how the push ended and, if it did not succeed, of what; one event, one action."""
    values = {PUSH_STATUS: outcome.status.value, PUSH_OPERATION_KEY: operation}
    if outcome.status is not PushStatus.SUCCESS:
        words = cause_without_texts if is_sealed(request) else cause_of
        values[PUSH_CAUSE] = words(outcome)[:MAX_CAUSE]
    _upsert({key: str(value) for key, value in values.items() if value})


def upsert_attributes(*, status: PushStatus | None = None, operation: UUID | None = None) -> None:
    """Change what the running push is found by; each call costs an event and an action."""
    values = {PUSH_STATUS: status.value if status else None, PUSH_OPERATION_KEY: operation}
    _upsert({key: str(value) for key, value in values.items() if value})


def clear_operation_attribute() -> None:
    """Say that the push is sent anew and has no operation of its own yet."""
    unset = PUSH_OPERATION_KEY.value_unset()
    workflow.upsert_search_attributes([unset])  # pyright: ignore[reportUnknownMemberType]


def _sealed(request: PushRequest) -> str:
    return hashlib.sha256((request.idempotency_key or "").encode()).hexdigest()


def _values(request: PushRequest) -> dict[SearchAttributeKey[str], str]:
    return {
        PUSH_STATUS: PushStatus.PENDING.value,
        COMPANY_ID: str(request.company_id),
        CONNECTION_ID: str(request.connection_id),
        DATA_TYPE: request.data_type,
        PUSH_REFERENCE: request.idempotency_key or "",
        PUSH_DIGEST: request.digest,
    }


def _upsert(values: dict[SearchAttributeKey[str], str]) -> None:
    updates = [key.value_set(value) for key, value in values.items()]
    workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType]
