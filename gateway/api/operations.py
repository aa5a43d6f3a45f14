"""From a push of ours to a push operation as Codat's clients know it."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from activities.wire import Finding
from codat.models import PushStatus
from gateway.api.schemas import (
    STATUS_CODES,
    Change,
    ChangedValue,
    Operation,
    RecordReference,
    ValidationMessage,
    ValidationMessages,
)
from gateway.snapshot import PushSnapshot
from workflows.attributes import CONNECTION_ID, DATA_TYPE
from workflows.models import PushOutcome, PushRequest

UnknownAs = Literal["Unknown", "TimedOut"]

_CHANGES = frozenset({"Created", "Modified", "Deleted", "AttachmentUploaded"})
_BY_ANOTHER_NAME = "The outcome is Unknown, which is shown as TimedOut here."


def operation_of(snapshot: PushSnapshot, company: UUID, unknown_as: UnknownAs) -> Operation:
    """Tell all that is known of a push."""
    request, outcome = snapshot.request, snapshot.outcome
    connection, data_type = _place(snapshot)
    shown = shown_as(snapshot.status, unknown_as)
    echoed = outcome.data if outcome else None
    return Operation(
        company_id=company,
        push_operation_key=snapshot.push.push_id,
        platform_push_operation_key=snapshot.operation,
        data_connection_key=connection,
        data_type=data_type,
        status=shown,
        outcome=snapshot.status if shown is not snapshot.status else None,
        status_code=STATUS_CODES[shown],
        requested_on_utc=snapshot.requested,
        completed_on_utc=(outcome.completed_on_utc or snapshot.description.close_time)
        if outcome
        else None,
        timeout_in_minutes=request.timeout_in_minutes if request else None,
        error_message=_reason(outcome, shown),
        validation=_validation(outcome),
        changes=_changes(outcome),
        data=echoed if echoed is not None else record_of(request),
        changed_by_platform=_changed(outcome),
    )


def _changed(outcome: PushOutcome | None) -> list[ChangedValue] | None:
    if outcome is None or outcome.changed_by_platform is None:
        return None
    return [
        ChangedValue(pointer=field.pointer, sent=field.sent, stands=field.stands)
        for field in outcome.changed_by_platform
    ]


def _place(snapshot: PushSnapshot) -> tuple[UUID, str]:
    """Say where a push goes; started by hand it bears no search attributes before it runs."""
    request = snapshot.request
    if request:
        return request.connection_id, request.target.operation_data_type
    known = snapshot.description.typed_search_attributes
    return UUID(known.get(CONNECTION_ID, "")), operation_data_type(known.get(DATA_TYPE, ""))


def pending(push_id: UUID, request: PushRequest, now: datetime) -> Operation:
    """Tell a push that has just been started."""
    return Operation(
        company_id=request.company_id,
        push_operation_key=push_id,
        data_connection_key=request.connection_id,
        data_type=request.target.operation_data_type,
        status=PushStatus.PENDING,
        status_code=STATUS_CODES[PushStatus.PENDING],
        requested_on_utc=now,
        timeout_in_minutes=request.timeout_in_minutes,
        changes=[],
        validation=ValidationMessages(),
        data=record_of(request),
    )


def record_of(request: PushRequest | None) -> object:
    """Give the record of a push; None for one that has none."""
    return request.data if request and request.push_kind.carries_record else None


def title_of(snapshot: PushSnapshot) -> str:
    """Say in a few words what a push is to do."""
    request = snapshot.request
    if request is None:
        return "Push"
    return f"{request.task[0].upper()}{request.task[1:]}"


def shown_as(status: PushStatus, unknown_as: UnknownAs) -> PushStatus:
    """Give the word under which a status is shown."""
    return PushStatus(unknown_as) if status is PushStatus.UNKNOWN else status


def reason_shown(status: PushStatus, shown: PushStatus) -> str | None:
    """Say so when a status is shown under another name."""
    return _BY_ANOTHER_NAME if shown is not status else None


def operation_data_type(name: str) -> str:
    """Name a data type as operations do."""
    return "bankTransactions" if name.endswith("/bankTransactions") else name


def item_id(pointer: str) -> str:
    """Write a JSON pointer as Codat writes places: `LineItems[0].Quantity`."""
    dependencies = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    text = "".join(
        f"[{part}]" if part.isdecimal() else f".{part[:1].upper()}{part[1:]}"
        for part in dependencies
    )
    return re.sub(r"^\.", "", text)


def _reason(outcome: PushOutcome | None, shown: PushStatus) -> str | None:
    if outcome is None or outcome.status is PushStatus.SUCCESS:
        return None
    another = reason_shown(outcome.status, shown)
    return f"{another} {outcome.message}" if another else outcome.message


def _validation(outcome: PushOutcome | None) -> ValidationMessages:
    if outcome is None:
        return ValidationMessages()
    return ValidationMessages(errors=_remarks(outcome.errors), warnings=_remarks(outcome.warnings))


def _remarks(findings: Iterable[Finding]) -> list[ValidationMessage]:
    return [
        ValidationMessage(
            item_id=item_id(finding.pointer), message=finding.message, validator_name=finding.rule
        )
        for finding in findings
    ]


def _changes(outcome: PushOutcome | None) -> list[Change]:
    return [
        Change(
            type=record.change if record.change in _CHANGES else "Unknown",
            record_ref=RecordReference(id=record.id, data_type=record.data_type),
            attachment_id=record.attachment_id,
        )
        for record in (outcome.records if outcome else ())
    ]
