"""Push operations: what became of a record."""

from collections.abc import Mapping
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from codat.lenient import LenientModel, Maybe, Object, Objects, Text, UtcDatetime
from codat.paging import CodatPage
from codat.target import OPERATION_DATA_TYPES, PushTarget
from surepush_client.codat_names import PushStatus, canonical_data_type

_DATA_TYPES = {word.casefold() for word in OPERATION_DATA_TYPES}
_VALIDATION_FAILED = 400


def _status(value: object) -> PushStatus:
    return PushStatus(value) if isinstance(value, str) else PushStatus.UNKNOWN


def _canonical(word: str | None) -> str | None:
    return word and canonical_data_type(word)


DataType = Annotated[Text, AfterValidator(_canonical)]
"""A data type, `accounts` read as `chartOfAccounts`."""


class RecordRef(LenientModel):
    """A record of the accounting platform."""

    id: Text = None
    data_type: DataType = None


class PushChange(LenientModel):
    """What a push did to a record; no proof of success."""

    type: Text = None
    record_ref: Maybe[RecordRef] = None
    attachment_id: Text = None

    @property
    def names_record(self) -> bool:
        """Whether it says which record or attachment there is."""
        return bool(self.attachment_id or (self.record_ref and self.record_ref.id))


class ValidationItem(LenientModel):
    """One remark of Codat's about a pushed record; `item_id` is a PascalCase path."""

    item_id: Text = None
    message: Text = None
    validator_name: Text = None


class PushValidation(LenientModel):
    """Codat's remarks about a pushed record."""

    errors: Objects[ValidationItem] = Field(default_factory=list[ValidationItem])
    warnings: Objects[ValidationItem] = Field(default_factory=list[ValidationItem])


def _is_refusal(operation: Mapping[str, Any]) -> bool:
    """Tell whether a Failed proves that nothing was written: a reason, and no trouble on the way.

    A status code of 500 or 504 says that the outcome is not known; a named record, that there is
    one.
    """
    has_reason = bool(operation["error_message"] or operation["validation"].errors)
    names_record = any(change.names_record for change in operation["changes"])
    return (
        has_reason and not names_record and operation["status_code"] in (None, _VALIDATION_FAILED)
    )


class PushOperation(LenientModel):
    """One push as Codat tells it; only its key is always there. Times are UTC, unset is None.

    `status` is Failed only where that proves that nothing was written; else a `status_text` of
    Failed is Unknown. `date` is Codat's own clock as it answered; it does not travel with the
    operation.
    """

    push_operation_key: UUID
    company_id: Maybe[UUID] = None
    data_connection_key: Maybe[UUID] = None
    data_type: DataType = None
    requested_on_utc: UtcDatetime = None
    completed_on_utc: UtcDatetime = None
    status_text: Annotated[str, BeforeValidator(str)] = ""
    status_code: Maybe[int] = None
    error_message: Text = None
    timeout_in_minutes: Maybe[int] = None
    changes: Objects[PushChange] = Field(default_factory=list[PushChange])
    validation: Object[PushValidation] = Field(default_factory=PushValidation)
    data: Any = None
    date: UtcDatetime = Field(default=None, exclude=True)
    # The last, because it is judged by the others.
    status: Annotated[PushStatus, BeforeValidator(_status)] = PushStatus.UNKNOWN

    @field_validator("status")
    @classmethod
    def _proven(cls, status: PushStatus, info: ValidationInfo) -> PushStatus:
        is_unproven = status is PushStatus.FAILED and not _is_refusal(info.data)
        return PushStatus.UNKNOWN if is_unproven else status

    @model_validator(mode="before")
    @classmethod
    def _older_names(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        members = dict(cast("Mapping[str, object]", value))
        if "status_text" not in members and "statusText" not in members:
            members["statusText"] = str(members.get("status") or "")
        if members.get("dataConnectionKey") is None and "data_connection_key" not in members:
            members["dataConnectionKey"] = members.get("dataConnectionId")
        return members

    def is_of(self, target: PushTarget) -> bool:
        """Tell whether it is about this target, as far as it says; an odd data type says nothing.

        A deployment that names a data type in a word of its own must not lose all its operations.
        """
        word, ours = (self.data_type or "").casefold(), target.operation_data_type.casefold()
        return (
            self.company_id in (None, target.company_id)
            and self.data_connection_key in (None, target.connection_id)
            and (word == ours or word not in _DATA_TYPES)
        )

    @property
    def is_over(self) -> bool:
        """Whether the platform has done with it, whatever that proves."""
        if self.status is not PushStatus.UNKNOWN:
            return self.status.is_final
        return self.completed_on_utc is not None or self.status_text == PushStatus.FAILED

    @property
    def reason(self) -> str:
        """What is said against it; empty when nothing is."""
        messages = [item.message for item in self.validation.errors if item.message]
        return self.error_message or "; ".join(messages)

    @property
    def records(self) -> list[RecordRef]:
        """The records with an id that a successful push wrote; none otherwise."""
        if self.status is not PushStatus.SUCCESS:
            return []
        references = [change.record_ref for change in self.changes]
        return [reference for reference in references if reference and reference.id]


class OperationPage(CodatPage):
    """One page of a company's push operations."""

    results: list[PushOperation]
