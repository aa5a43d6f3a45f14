"""The search attributes of a push: all Keyword, ten are the most that a SQL store has."""

from uuid import UUID

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from codat.models import PushStatus
from workflows.models import PushRequest

PUSH_STATUS = SearchAttributeKey.for_keyword("PushStatus")
COMPANY_ID = SearchAttributeKey.for_keyword("CompanyId")
CONNECTION_ID = SearchAttributeKey.for_keyword("ConnectionId")
DATA_TYPE = SearchAttributeKey.for_keyword("DataType")
PUSH_REFERENCE = SearchAttributeKey.for_keyword("PushReference")
PUSH_OPERATION_KEY = SearchAttributeKey.for_keyword("PushOperationKey")
PUSH_DIGEST = SearchAttributeKey.for_keyword("PushDigest")

ALL = (
    PUSH_STATUS,
    COMPANY_ID,
    CONNECTION_ID,
    DATA_TYPE,
    PUSH_REFERENCE,
    PUSH_OPERATION_KEY,
    PUSH_DIGEST,
)


def at_start(request: PushRequest) -> TypedSearchAttributes:
    """Give what a push is found by from its first moment on."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(PUSH_STATUS, PushStatus.PENDING.value),
            SearchAttributePair(COMPANY_ID, str(request.company_id)),
            SearchAttributePair(CONNECTION_ID, str(request.connection_id)),
            SearchAttributePair(DATA_TYPE, request.data_type),
            SearchAttributePair(PUSH_REFERENCE, request.idempotency_key or ""),
            SearchAttributePair(PUSH_DIGEST, request.digest),
        ]
    )


def announce(*, status: PushStatus | None = None, operation: UUID | None = None) -> None:
    """Change what the running push is found by; each call costs an event and an action."""
    updates = [PUSH_STATUS.value_set(status.value)] if status else []
    if operation:
        updates.append(PUSH_OPERATION_KEY.value_set(str(operation)))
    workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType], the SDK's
