"""Refreshes of Codat's cache: what became of one, and how fresh each data type is."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator

from codat.lenient import LenientModel, Maybe, Text, UtcDatetime
from codat.operations import DataType


class PullStatus(StrEnum):
    """Where a refresh stands; UNKNOWN is a word that Codat has invented since.

    Source: PullOperationStatus of Codat's platform client, codat-platform 4.
    """

    INITIAL = "Initial"
    QUEUED = "Queued"
    ROUTING = "Routing"
    FETCHING = "Fetching"
    MAP_QUEUED = "MapQueued"
    MAPPING = "Mapping"
    VALIDATION_QUEUED = "ValidationQueued"
    VALIDATING = "Validating"
    PROCESSING_QUEUED = "ProcessingQueued"
    PROCESSING = "Processing"
    COMPLETE = "Complete"
    FETCH_ERROR = "FetchError"
    MAP_ERROR = "MapError"
    VALIDATION_ERROR = "ValidationError"
    PROCESSING_ERROR = "ProcessingError"
    INTERNAL_ERROR = "InternalError"
    ROUTING_ERROR = "RoutingError"
    AUTH_ERROR = "AuthError"
    RATE_LIMIT_ERROR = "RateLimitError"
    PERMISSIONS_ERROR = "PermissionsError"
    PREREQUISITE_NOT_MET = "PrerequisiteNotMet"
    NOT_SUPPORTED = "NotSupported"
    CANCELLED = "Cancelled"
    UNKNOWN = "Unknown"

    @property
    def is_successful(self) -> bool:
        """Whether Codat's cache has what the refresh read."""
        return self is PullStatus.COMPLETE

    @property
    def is_over(self) -> bool:
        """Whether it will never change again; an unknown word may."""
        return self not in _CHANGING


_CHANGING = frozenset(
    {
        PullStatus.INITIAL,
        PullStatus.QUEUED,
        PullStatus.ROUTING,
        PullStatus.FETCHING,
        PullStatus.MAP_QUEUED,
        PullStatus.MAPPING,
        PullStatus.VALIDATION_QUEUED,
        PullStatus.VALIDATING,
        PullStatus.PROCESSING_QUEUED,
        PullStatus.PROCESSING,
        PullStatus.UNKNOWN,
    }
)


_WORDS = frozenset(PullStatus)


def _status(value: object) -> PullStatus:
    is_known = isinstance(value, str) and value in _WORDS
    return PullStatus(value) if is_known else PullStatus.UNKNOWN


Status = Annotated[PullStatus, BeforeValidator(_status)]


class PullOperation(LenientModel):
    """One refresh of a data type as Codat shows it; only its id is always there. Times are UTC."""

    id: UUID
    company_id: Maybe[UUID] = None
    connection_id: Maybe[UUID] = None
    data_type: DataType = None
    status: Status = PullStatus.UNKNOWN
    requested: UtcDatetime = None
    completed: UtcDatetime = None
    error_message: Text = None

    def is_of(self, company_id: UUID, data_type: str, connection_id: UUID | None) -> bool:
        """Tell whether it is about these, as far as it says."""
        return (
            self.company_id in (None, company_id)
            and self.data_type in (None, data_type)
            and (connection_id is None or self.connection_id in (None, connection_id))
        )


class DataStatus(LenientModel):
    """How fresh Codat's cache of one data type of a company is; times are UTC, never is None.

    It covers all connections of the company; `latest_successful_sync_id` says which refresh it was.
    """

    data_type: DataType = None
    current_status: Status = PullStatus.UNKNOWN
    last_successful_sync: UtcDatetime = None
    latest_sync_id: Maybe[UUID] = None
    latest_successful_sync_id: Maybe[UUID] = None
