"""The parameters of the push API, and what its OpenAPI page says of them and of refusals."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query

from codat.kinds import DELETED_TYPES
from codat.models import DATA_TYPES
from codat.target import UPDATED_TYPES
from gateway.api.schemas import ErrorBody
from workflows.models import MAX_KEY_LENGTH, MAX_TIMEOUT_MINUTES, Ordering

NAMED_TYPES = sorted({*DATA_TYPES, "accounts"})
_UPDATED = {"enum": sorted(UPDATED_TYPES)}
_DELETED = {"enum": sorted(DELETED_TYPES)}
_MAX_ID = 200

DataType = Annotated[str, Path(alias="dataType", json_schema_extra={"enum": NAMED_TYPES})]
DeletedType = Annotated[str, Path(alias="dataType", json_schema_extra=_DELETED)]
UpdatedType = Annotated[str, Path(alias="dataType", json_schema_extra=_UPDATED)]
AccountId = Annotated[str, Path(alias="accountId", min_length=1, max_length=_MAX_ID)]
RecordId = Annotated[str, Path(alias="recordId", min_length=1, max_length=_MAX_ID)]
AttachmentId = Annotated[str, Path(alias="attachmentId", min_length=1, max_length=_MAX_ID)]
CompanyId = Annotated[UUID, Path(alias="companyId")]
ConnectionId = Annotated[UUID, Path(alias="connectionId")]
PushKey = Annotated[UUID, Path(alias="pushOperationKey")]
Minutes = Annotated[int | None, Query(alias="timeoutInMinutes", ge=1, le=MAX_TIMEOUT_MINUTES)]
Sync = Annotated[bool | None, Query(alias="allowSyncOnPushComplete")]
Force = Annotated[bool | None, Query(alias="forceUpdate")]
ReadBack = Annotated[bool | None, Query(alias="readBack")]
LookFirst = Annotated[bool | None, Query(alias="lookFirst")]
UniqueField = Annotated[str | None, Query(alias="uniqueField", max_length=MAX_KEY_LENGTH)]
DryRun = Annotated[bool, Query(alias="dryRun")]
Order = Annotated[Ordering | None, Query(alias="ordering")]


async def given_settings(
    minutes: Minutes = None,
    sync: Sync = None,
    read_back: ReadBack = None,
    look_first: LookFirst = None,
    unique_field: UniqueField = None,
) -> dict[str, Any]:
    """Give the fields of a push request that a query may have."""
    return {
        "timeout_in_minutes": minutes,
        "allow_sync_on_push_complete": sync,
        "read_back": read_back,
        "look_first": look_first,
        "unique_field": unique_field,
    }


Settings = Annotated[dict[str, Any], Depends(given_settings)]

RECORD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}
KEY: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH},
            "description": "Any text; the same key is the same push.",
        }
    ]
}
KEYED = RECORD | KEY
REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": words}
    for status, words in {
        400: "The request is wrong.",
        401: "The API key is missing or wrong.",
        403: "Not this company's key, or it lacks the role.",
        404: "There is no such thing.",
        408: "The request did not arrive in time.",
        413: "The body is too large.",
        422: "The key belongs to another record.",
        429: "Codat asks for patience.",
        431: "The headers are too large.",
        503: "Temporal, Codat or this server is busy: see Retry-After.",
    }.items()
}
"""What every path may answer besides."""
