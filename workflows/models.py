"""What a push is asked, what it answers, and the id that follows from the request."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    field_validator,
    model_validator,
)

from activities.models import Candidate, frozen_digest
from activities.unique_fields import read_pointer
from activities.wire import Findings, Sentence, Wire, Word, fitting
from codat.canonical_json import digest
from codat.exact_json import MAX_LEVELS, MAX_VALUES, dumps, extent
from codat.models import PushStatus, PushTarget
from codat.target import known_data_type, segment
from workflows.carried_state import CarriedState

PUSH_NAMESPACE = UUID("5b0f1c0e-6f6e-5b6c-9a53-7d1f3c1f0a11")
"""The published uuid5 namespace of push ids."""

MAX_RECORD_BYTES = 1024 * 1024
MAX_KEY_LENGTH = 255
MAX_TIMEOUT_MINUTES = 525_600


class Validation(StrEnum):
    """What the verdict of the platform's options means for a push."""

    ENFORCE = "enforce"
    ADVISE = "advise"
    OFF = "off"


class Resolution(Wire):
    """What an operator found out of a push whose ending is unclear, and who says so."""

    adopt: UUID | None = None
    not_written: bool = False
    excluded: list[UUID] = []
    by: Word | None = None


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _acceptable(data: dict[str, Any]) -> dict[str, Any]:
    levels, values = extent(data)
    if levels > MAX_LEVELS:
        raise ValueError(f"the record may be nested at most {MAX_LEVELS} levels deep")
    if values > MAX_VALUES:
        raise ValueError(f"the record may have at most {MAX_VALUES} values")
    size = len(dumps(data).encode())
    if size > MAX_RECORD_BYTES:
        raise ValueError(f"the record may have at most {MAX_RECORD_BYTES} bytes, it has {size}")
    return data


def _same_for_all(key: str) -> str:
    """Refuse a key that HTTP, a shell or a spreadsheet passes on as another one."""
    if key != key.strip():
        raise ValueError("it must not begin or end with a blank or a line break")
    if _CONTROL.search(key):
        raise ValueError("it must hold no control characters")
    return key


def _in_a_path(record_id: str) -> str:
    """Refuse an id that a URL takes for something else, such as two dots."""
    segment(record_id)
    return record_id


_DIGESTED = frozenset({"data", "allow_sync_on_push_complete", "force_update"})


class PushRequest(Wire):
    """One record for one company's accounting software.

    `data` is the record as Codat's push API takes it; `record_id` makes it an update.
    `timeout_in_minutes` counts from the request, whole minutes; without it a push waits for ever.
    `unique_field` is a JSON pointer to what is unique in the books, such as /invoiceNumber.
    The fields from `retry_of` on are written by a retry and by continue-as-new; `looks_only`: the
    run sends nothing, and has a quarter of an hour.
    """

    model_config = ConfigDict(extra="forbid")

    company_id: UUID
    connection_id: UUID
    data_type: str
    data: Annotated[dict[str, Any], AfterValidator(_acceptable)]
    idempotency_key: (
        Annotated[
            str, Field(min_length=1, max_length=MAX_KEY_LENGTH), AfterValidator(_same_for_all)
        ]
        | None
    ) = None
    record_id: (
        Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH), AfterValidator(_in_a_path)]
        | None
    ) = None
    timeout_in_minutes: Annotated[StrictInt, Field(ge=1, le=MAX_TIMEOUT_MINUTES)] | None = None
    allow_sync_on_push_complete: StrictBool | None = None
    force_update: StrictBool | None = None
    validation: Validation = Validation.ENFORCE
    unique_field: Annotated[str, AfterValidator(read_pointer)] | None = None
    retry_of: Word | None = None
    settlement: Resolution | None = None
    reason: Sentence | None = None
    looks_only: StrictBool = False
    first_digest: Word | None = None
    resume: CarriedState | None = None

    @field_validator("data_type")
    @classmethod
    def _known(cls, value: str) -> str:
        if len(value) > MAX_KEY_LENGTH:
            raise ValueError(f"it must be text of at most {MAX_KEY_LENGTH} characters")
        return known_data_type(value)

    @model_validator(mode="after")
    def _update_only(self) -> Self:
        if self.force_update is not None and self.record_id is None:
            raise ValueError("forceUpdate belongs to an update: give a recordId or leave it out")
        return self

    @property
    def target(self) -> PushTarget:
        """Where the record goes."""
        return PushTarget(
            company_id=self.company_id,
            connection_id=self.connection_id,
            data_type=self.data_type,
        )

    @property
    def kind(self) -> str:
        """`create`, or `update/<recordId>`."""
        return "create" if self.record_id is None else f"update/{self.record_id}"

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
                self.kind,
                self.idempotency_key,
            )
        )
        return uuid5(PUSH_NAMESPACE, name)

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that owns this push."""
        return f"push-{self.push_id}"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical record."""
        return self._once("digest", lambda: digest(self.data))

    @property
    def frozen_digest(self) -> str:
        """SHA-256 of all that a submission freezes besides its minutes."""
        settings = (self.allow_sync_on_push_complete, self.force_update)
        return self._once("frozen_digest", lambda: frozen_digest(self.data, *settings))

    def _once(self, name: str, compute: Callable[[], str]) -> str:
        """Compute a digest once a request.

        `cached_property` of Python 3.11 has one lock for all requests: who asks for the digest of a
        small record on the event loop would wait for a thread that computes that of a large one.
        """
        kept = vars(self)
        if name not in kept:
            kept[name] = compute()
        return kept[name]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy, without the digests where the copy is given something else to digest."""
        copied = super().model_copy(update=update, deep=deep)
        if update and not _DIGESTED.isdisjoint(update):
            for name in ("digest", "frozen_digest"):
                vars(copied).pop(name, None)
        return copied


ENDED = "end"
"""The stage of a push that is over."""


class PushProgress(Wire):
    """The answer of the query `progress`; times are UTC."""

    stage: str
    message: str
    push_operation_key: UUID | None = None
    deadline_utc: datetime | None = None
    next_look_utc: datetime | None = None
    waiting_for: str | None = None
    looks: int = 0


class PushRecord(Wire):
    """A record that the push wrote."""

    id: str | None = None
    data_type: str | None = None
    change: str | None = None


class PushOutcome(Wire):
    """How a push ended.

    `submitted`: a request was sent that may have written. `may_still_land`: the record may yet
    appear. Times are UTC.
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
