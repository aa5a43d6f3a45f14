"""What the front door sends: push operations in the words of Codat's API, and two of ours."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from activities.wire import Wire
from codat.models import PushStatus

STATUS_CODES = {
    PushStatus.PENDING: 202,
    PushStatus.SUCCESS: 200,
    PushStatus.FAILED: 400,
    PushStatus.TIMED_OUT: 408,
    PushStatus.UNKNOWN: 500,
}
"""The `statusCode` in an operation; Codat's own for the first three."""


class _ResponseModel(Wire):
    model_config = ConfigDict(title=None, alias_generator=to_camel, populate_by_name=True)


class RecordReference(_ResponseModel):
    """A record of the accounting platform."""

    id: str | None = None
    data_type: str | None = None


class Change(_ResponseModel):
    """What a push did to a record."""

    type: str
    record_ref: RecordReference
    attachment_id: str | None = None


class ValidationMessage(_ResponseModel):
    """One remark about the record; `itemId` is a path such as `LineItems[0].Quantity`."""

    item_id: str
    message: str
    validator_name: str | None = None


class ValidationMessages(_ResponseModel):
    """What is wrong with the record, and what may be."""

    errors: list[ValidationMessage] = []
    warnings: list[ValidationMessage] = []


class ChangedValue(_ResponseModel):
    """A field of the record that stands otherwise than it was sent."""

    pointer: str
    sent: Any = None
    stands: Any = None


class Operation(_ResponseModel):
    """One push. `pushOperationKey` is ours, `platformPushOperationKey` Codat's; times are UTC.

    `outcome` says `Unknown` where `status` has to say it otherwise. Entries of a list have no
    `data`, `changes` and `validation`.
    """

    company_id: UUID
    push_operation_key: UUID
    platform_push_operation_key: UUID | None = None
    data_connection_key: UUID
    data_type: str
    status: PushStatus
    outcome: PushStatus | None = None
    status_code: int
    requested_on_utc: datetime
    completed_on_utc: datetime | None = None
    timeout_in_minutes: int | None = None
    error_message: str | None = None
    validation: ValidationMessages | None = None
    changes: list[Change] | None = None
    data: Any = None
    changed_by_platform: list[ChangedValue] | None = None


class Link(_ResponseModel):
    """Where a page is, from the root of this server."""

    href: str


class Links(_ResponseModel):
    """Where this page and its neighbours are."""

    this: Link = Field(alias="self")
    current: Link
    next: Link | None = None
    previous: Link | None = None


class OperationsPage(_ResponseModel):
    """One page of a company's pushes, newest first, one entry a push."""

    page_number: int
    page_size: int
    total_results: int
    results: list[Operation]
    links: Links = Field(alias="_links")


class ErrorBody(_ResponseModel):
    """An error, as Codat's API description has it."""

    status_code: int
    service: str
    error: str
    correlation_id: str
    can_be_retried: str
    detailed_error_code: int
