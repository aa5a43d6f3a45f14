"""What a backend is told of a push that has ended, as a signed Standard Webhooks message."""

from datetime import datetime
from uuid import UUID

from activities.wire import Findings, Sentence, Wire

SUCCESSFUL, UNSUCCESSFUL = "write.successful", "write.unsuccessful"


class NoticeRecord(Wire):
    """A record that the push wrote."""

    id: str | None = None


class NoticeRemarks(Wire):
    """What was wrong with the record, and what may be."""

    errors: Findings = []
    warnings: Findings = []


class NoticeCompany(Wire):
    """The company by its id."""

    id: UUID


class NoticePayload(Wire):
    """How a push ended; `id` is our key of it, `errorMessage` the reason of an ending that is none.

    Codat's names where Codat has them; `idempotencyKey` is the caller's own reference.
    """

    id: UUID
    platform_push_operation_key: UUID | None = None
    type: str
    reference_company: NoticeCompany
    connection_id: UUID
    idempotency_key: str | None = None
    requested_on_date: datetime
    completed_on_date: datetime
    status: str
    record: NoticeRecord | None = None
    error_message: Sentence | None = None
    validation: NoticeRemarks = NoticeRemarks()
    submitted: bool
    may_still_land: bool


class Notice(Wire):
    """One message; the id is the same over all attempts, and so is every byte of it."""

    id: str
    event_type: str
    generated_date: datetime
    payload: NoticePayload
