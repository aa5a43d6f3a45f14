"""What Codat's answers to reads contain; what they lack is said as a CodatError."""

import re
from typing import Any, cast
from uuid import UUID

from pydantic import ValidationError

from codat.attachments import Attachment, AttachmentList
from codat.companies import Company, CompanyPage
from codat.errors import (
    CodatConflict,
    CodatError,
    CodatNeverSynced,
    CodatReadRefused,
    CodatRefreshInProgress,
    CodatUnauthorized,
)
from codat.pull_operations import DataStatus, PullOperation
from codat.records import CachedRecord, RecordPage
from codat.responses import CodatResponse
from surepush_client.codat_names import canonical_data_type

_REFUSED = (402, 403)
_IN_PROGRESS = "DatasetAlreadyInProgress"
_RUNNING_ID = re.compile(
    r"previous sync ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)


def _document(answer: CodatResponse) -> Any:  # noqa: ANN401, JSON is anything
    try:
        return answer.document()
    except CodatUnauthorized as error:
        if error.status in _REFUSED:
            raise error.narrowed(CodatReadRefused) from error
        raise


def _cached(answer: CodatResponse) -> Any:  # noqa: ANN401, JSON is anything
    try:
        return _document(answer)
    except CodatConflict as error:
        raise error.narrowed(CodatNeverSynced) from error


def refresh_of(answer: CodatResponse) -> PullOperation:
    """Give the refresh that an answer says has begun. Raises: CodatRefreshInProgress."""
    try:
        return pull_operation_of(answer)
    except CodatError as error:
        if _IN_PROGRESS not in answer.reason:
            raise
        running = error.narrowed(CodatRefreshInProgress)
        named = _RUNNING_ID.search(answer.reason)
        running.pull_operation_id = UUID(named.group(1)) if named else None
        raise running from error


def pull_operation_of(answer: CodatResponse) -> PullOperation:
    """Give the refresh that an answer shows."""
    try:
        return PullOperation.model_validate(_document(answer))
    except ValidationError as error:
        raise answer.unusable("no refresh") from error


def statuses_of(answer: CodatResponse) -> dict[str, DataStatus]:
    """Give how fresh each data type is, by its name."""
    document = _document(answer)
    if not isinstance(document, dict):
        raise answer.unusable("no data status")
    entries = cast("dict[str, object]", document)
    return {
        canonical_data_type(name): DataStatus.model_validate(entry)
        for name, entry in entries.items()
        if isinstance(entry, dict)
    }


def company_of(answer: CodatResponse) -> Company:
    """Give the company that an answer shows."""
    try:
        return Company.model_validate(_document(answer))
    except ValidationError as error:
        raise answer.unusable("no company") from error


def companies_of(answer: CodatResponse) -> CompanyPage:
    """Give a page of companies."""
    try:
        return CompanyPage.model_validate(_document(answer))
    except ValidationError as error:
        raise answer.unusable("no list of companies") from error


def record_of(answer: CodatResponse) -> CachedRecord:
    """Give the record that an answer shows. Raises: CodatNeverSynced."""
    try:
        return CachedRecord.from_codat(_cached(answer))
    except ValidationError as error:
        raise answer.unusable("no record") from error


def attachments_of(answer: CodatResponse) -> list[Attachment]:
    """Give the files that an answer lists."""
    try:
        return AttachmentList.model_validate(_document(answer)).attachments
    except ValidationError as error:
        raise answer.unusable("no list of attachments") from error


def record_page_of(answer: CodatResponse) -> RecordPage:
    """Give a page of records. Raises: CodatNeverSynced."""
    try:
        return RecordPage.from_codat(_cached(answer))
    except ValidationError as error:
        raise answer.unusable("no list of records") from error
