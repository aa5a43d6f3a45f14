"""What a push is asked, what it answers, and the id that follows from the request."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    field_validator,
    model_validator,
)

from surepush_client.attached_file import AttachedFile
from surepush_client.codat_names import PushStatus, canonical_data_type
from surepush_client.kinds import (
    NO_BODY,
    Ordering,
    PushKind,
    body_of,
    check_parts,
    check_reading,
    check_update_only,
    kind_of,
    path_of,
)
from surepush_client.payloads import dumps, to_plain
from surepush_client.wire import Findings, Sentence, Wire, Word, fitting

PUSH_NAMESPACE = UUID("5b0f1c0e-6f6e-5b6c-9a53-7d1f3c1f0a11")
"""The published uuid5 namespace of push ids."""

MAX_KEY_LENGTH = 255
MAX_TIMEOUT_MINUTES = 525_600

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Validation(StrEnum):
    """What the verdict of the platform's options means for a push."""

    ENFORCE = "enforce"
    ADVISE = "advise"
    OFF = "off"


def _same_for_all(key: str) -> str:
    """Refuse a key that HTTP, a shell or a spreadsheet passes on as another one."""
    if key != key.strip():
        raise ValueError("it must not begin or end with a blank or a line break")
    if _CONTROL.search(key):
        raise ValueError("it must hold no control characters")
    return key


class PushReference(Wire):
    """What names a push: the same five values are the same push; an update has a `record_id`."""

    model_config = ConfigDict(extra="forbid")

    company_id: UUID
    connection_id: UUID
    data_type: str
    kind: PushKind | None = None
    idempotency_key: (
        Annotated[
            str, Field(min_length=1, max_length=MAX_KEY_LENGTH), AfterValidator(_same_for_all)
        ]
        | None
    ) = None
    record_id: Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH)] | None = None
    attachment_id: Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH)] | None = None

    @field_validator("data_type")
    @classmethod
    def _canonical(cls, value: str) -> str:
        return canonical_data_type(value)

    @property
    def push_kind(self) -> PushKind:
        """What the push does; without a `kind`, a record id makes it an update."""
        return kind_of(self.kind, self.record_id)

    @property
    def kind_path(self) -> str:
        """`create`, `update/<recordId>`, or the later kinds with percent-encoded ids.

        These are `delete/<recordId>`, `attach/<recordId>` and `detach/<recordId>/<attachmentId>`.
        """
        return path_of(self.push_kind, self.record_id, self.attachment_id)

    @property
    def push_id(self) -> UUID:
        """The push's id: the same for the same company, connection, data type, kind and key."""
        if self.idempotency_key is None:
            raise ValueError("a push without an idempotencyKey has no id")
        name = "/".join(
            (
                str(self.company_id),
                str(self.connection_id),
                self.data_type,
                self.kind_path,
                self.idempotency_key,
            )
        )
        return uuid5(PUSH_NAMESPACE, name)

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that owns this push."""
        return f"push-{self.push_id}"


class PushRequest(PushReference):
    """One record for one company's accounting software.

    `data` is the record as Codat's push API takes it, amounts as Decimal; `record_id` makes it an
    update. `kind` names the other kinds, which have no `data`: an attach has a `file` that
    `store_file` gives, a detach an `attachment_id`. `timeout_in_minutes` counts from the request,
    whole minutes; without it a push waits for ever. `unique_field` is a JSON pointer to what is
    unique in the books, such as /invoiceNumber. `look_first` looks for it there before a record is
    created; `read_back` reads the record after a success. Unset, the worker's settings decide.
    """

    data: Annotated[dict[str, Any], BeforeValidator(body_of)] = Field(
        default=NO_BODY, validate_default=True
    )
    file: AttachedFile | None = None
    timeout_in_minutes: Annotated[StrictInt, Field(ge=1, le=MAX_TIMEOUT_MINUTES)] | None = None
    allow_sync_on_push_complete: StrictBool | None = None
    force_update: StrictBool | None = None
    ordering: Ordering | None = None
    validation: Validation = Validation.ENFORCE
    unique_field: str | None = None
    look_first: StrictBool | None = None
    read_back: StrictBool | None = None

    @model_validator(mode="after")
    def _reading_only(self) -> Self:
        check_reading(self.push_kind, look_first=self.look_first, read_back=self.read_back)
        return self

    @model_validator(mode="after")
    def _update_only(self) -> Self:
        for_updates = {"forceUpdate": self.force_update, "ordering": self.ordering}
        check_update_only(self.push_kind, for_updates)
        if self.push_kind is PushKind.UPDATE and self.record_id is not None and not self.data:
            raise ValueError("data has no field: an update that changes nothing is not started")
        return self

    @model_validator(mode="after")
    def _parts_of_kind(self) -> Self:
        has_file, has_attachment = self.file is not None, self.attachment_id is not None
        check_parts(self.push_kind, has_file=has_file, has_attachment=has_attachment)
        return self

    @property
    def content(self) -> dict[str, Any]:
        """What is sent: the record, or the name, type, size and SHA-256 of the file."""
        return self.file.facts if self.file else self.data


class PushRecord(Wire):
    """A record that the push wrote."""

    id: str | None = None
    data_type: str | None = None
    change: str | None = None
    attachment_id: str | None = None


class Candidate(Wire):
    """An operation that might be ours, for a person to look at."""

    push_operation_key: UUID
    requested_on_utc: datetime | None = None
    status: Word
    match: Word


class ChangedField(Wire):
    """A field that stands otherwise than it was sent; None where it is absent.

    Of a long value only the beginning of its JSON is kept.
    """

    pointer: Word
    sent: Any = None
    stands: Any = None

    @property
    def sentence(self) -> str:
        """Say what was sent and what stands."""
        sent, stands = (
            "nothing" if value is None else dumps(to_plain(value))
            for value in (self.sent, self.stands)
        )
        return f"{self.pointer}: {sent} was sent, {stands} stands"


class PushOutcome(Wire):
    """How a push ended.

    `submitted`: a request was sent that may have written. `may_still_land`: the record may yet
    appear. Times are UTC. `data` is the record, where Codat shows it; with `read_back` as it stands
    in the accounting software, and `changed_by_platform` has the fields that differ from what was
    sent, None where it was not read.
    """

    status: PushStatus
    message: Sentence
    push_operation_key: UUID | None = None
    records: Annotated[list[PushRecord], AfterValidator(fitting)] = []
    errors: Findings = []
    warnings: Findings = []
    submitted: bool
    may_still_land: bool = False
    candidates: Annotated[list[Candidate], AfterValidator(fitting)] = []
    requested_on_utc: datetime
    completed_on_utc: datetime | None = None
    data: Any = None
    changed_by_platform: Annotated[list[ChangedField], AfterValidator(fitting)] | None = None
