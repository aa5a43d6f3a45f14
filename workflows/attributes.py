"""The search attributes of a push: all Keyword, ten are the most that a SQL store has.

`PushStatus` says how a push ended that did not succeed. That one runs, or succeeded, is told by
Temporal's own status, so that a success costs no event of its own.
"""

import hashlib
from collections.abc import Sequence
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
    inherited = workflow.info().typed_search_attributes
    _upsert(values, unset=[key for key in (PUSH_STATUS, PUSH_CAUSE) if key in inherited])
    # A reset is a request of its own.
    if REQUESTED in workflow.info().raw_memo:
        workflow.upsert_memo({REQUESTED: None})


def is_sealed(request: PushRequest) -> bool:
    """Whether payloads are encrypted: then the key is known by its digest, and stays so."""
    return workflow.info().typed_search_attributes.get(PUSH_REFERENCE) == _sealed(request)


def upsert_ending(request: PushRequest, outcome: PushOutcome, operation: UUID | None) -> None:
    """Say of what the push ended, unless it succeeded, and its operation if that is not known yet.

    An event and an action; none for a success whose operation is known.
    """
    values = {PUSH_OPERATION_KEY: str(operation)} if operation else {}
    if outcome.status is not PushStatus.SUCCESS:
        words = cause_without_texts if is_sealed(request) else cause_of
        values |= {PUSH_STATUS: outcome.status.value, PUSH_CAUSE: words(outcome)[:MAX_CAUSE]}
    if values:
        _upsert(values)


def upsert_operation(operation: UUID) -> None:
    """Let the running push be found by its operation; it costs an event and an action."""
    _upsert({PUSH_OPERATION_KEY: str(operation)})


def upsert_earlier_success() -> None:
    """Say of a run that is refused that an earlier one succeeded; an event and an action."""
    _upsert({PUSH_STATUS: PushStatus.SUCCESS.value})


def clear_operation_attribute() -> None:
    """Say that the push is sent anew and has no operation of its own yet."""
    unset = PUSH_OPERATION_KEY.value_unset()
    workflow.upsert_search_attributes([unset])  # pyright: ignore[reportUnknownMemberType]


def _sealed(request: PushRequest) -> str:
    return hashlib.sha256((request.idempotency_key or "").encode()).hexdigest()


def _values(request: PushRequest) -> dict[SearchAttributeKey[str], str]:
    return {
        COMPANY_ID: str(request.company_id),
        CONNECTION_ID: str(request.connection_id),
        DATA_TYPE: request.data_type,
        PUSH_REFERENCE: request.idempotency_key or "",
        PUSH_DIGEST: request.digest,
    }


def _upsert(
    values: dict[SearchAttributeKey[str], str], unset: Sequence[SearchAttributeKey[str]] = ()
) -> None:
    updates = [key.value_set(value) for key, value in values.items()]
    updates += [key.value_unset() for key in unset]
    workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType]
