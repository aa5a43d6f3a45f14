"""What a push is asked, what it answers, and the id that follows from the request."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self, cast
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    field_validator,
    model_validator,
)
from temporalio.exceptions import ApplicationError

from activities.models import Candidate, PushPolicy, frozen_digest
from activities.wire import Findings, Sentence, Wire, Word, cut, fitting
from codat.exact_json import MOST_LEVELS, MOST_VALUES, digest, dumps, extent
from codat.models import PushStatus, PushTarget
from codat.target import known_data_type, segment
from workflows.ledger import Ledger

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


class Resume(Wire):
    """What continue-as-new carries from one run to the next; all but the time is the story's."""

    requested_on_utc: datetime
    conduct: PushPolicy | None = None
    ledger: Ledger
    warnings: Findings = []
    looks: int = 0
    failures: int = 0
    trouble: Sentence = ""
    cause: str = "other"
    unauthorized_since: datetime | None = None
    hinted: bool = False
    is_rejected: bool = False
    is_cancelled: bool = False


_MOST_SAID = 10
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _acceptable(data: dict[str, Any]) -> dict[str, Any]:
    levels, values = extent(data)
    if levels > MOST_LEVELS:
        raise ValueError(f"the record may be nested at most {MOST_LEVELS} levels deep")
    if values > MOST_VALUES:
        raise ValueError(f"the record may have at most {MOST_VALUES} values")
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
    The fields from `retry_of` on are written by a retry and by continue-as-new.
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
    retry_of: Word | None = None
    settlement: Resolution | None = None
    reason: Sentence | None = None
    first_digest: Word | None = None
    resume: Resume | None = None

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

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical record."""
        return digest(self.data)

    @cached_property
    def frozen_digest(self) -> str:
        """SHA-256 of all that a number freezes besides its minutes."""
        return frozen_digest(self.data, self.allow_sync_on_push_complete, self.force_update)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy, without the digests where the copy is given something else to digest."""
        copied = super().model_copy(update=update, deep=deep)
        if update and not _DIGESTED.isdisjoint(update):
            for name in ("digest", "frozen_digest"):
                vars(copied).pop(name, None)
        return copied


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


def read_request(arguments: Sequence[Any]) -> PushRequest:
    """Read the one argument of a push.

    Raises ApplicationError `InvalidInput`, one sentence naming the field and what would be right.
    """
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise _invalid(
            "A push takes exactly one argument, a JSON object with companyId, connectionId, "
            f"dataType, data and idempotencyKey; got {_described(arguments)}."
        )
    request = _read(cast("object", arguments[0]))
    if request.idempotency_key is None:
        raise _invalid("idempotencyKey is missing: give the key that makes this push one push.")
    return request


def _read(given: object) -> PushRequest:
    try:
        return PushRequest.model_validate(given)
    except ValidationError as error:
        raise _invalid(sentence_of(error)) from None


def check_workflow_id(request: PushRequest, workflow_id: str) -> None:
    """Raise ApplicationError `InvalidInput` unless the id belongs to the request."""
    if workflow_id != request.workflow_id:
        raise _invalid(
            f"The workflow id {workflow_id} does not belong to this input: start it as "
            f"{request.workflow_id}, or give another idempotencyKey."
        )


def sentence_of(error: ValidationError) -> str:
    """Say what is wrong with a request, in one sentence, without quoting the record."""
    said = [_complaint(one["loc"], one["type"], one["msg"]) for one in error.errors()]
    more = f"; and {len(said) - _MOST_SAID:,} more" if len(said) > _MOST_SAID else ""
    return cut("; ".join(said[:_MOST_SAID])) + more + "."


def _complaint(where: tuple[int | str, ...], kind: str, message: str) -> str:
    field = ".".join(str(part) for part in where) or "the request"
    name = str(where[0]) if where else ""
    if kind == "missing":
        return f"{field} is missing"
    if kind == "extra_forbidden":
        return f"{field} is not a field of a push request"
    expected = _EXPECTED.get(name)
    if expected and kind != "value_error":
        return f"{field} must be {expected}"
    return f"{field}: {message.removeprefix('Value error, ')}"


_EXPECTED = {
    "companyId": "a UUID, such as 8a210b68-6988-11ed-a1eb-0242ac120002",
    "connectionId": "a UUID, such as 2e9d2c44-f675-40ba-8049-353bfcb5e171",
    "data": "a JSON object, the record to push",
    "idempotencyKey": f"text of 1 to {MAX_KEY_LENGTH} characters",
    "recordId": f"text of 1 to {MAX_KEY_LENGTH} characters",
    "timeoutInMinutes": f"a whole number of minutes from 1 to {MAX_TIMEOUT_MINUTES}",
    "allowSyncOnPushComplete": "true or false",
    "forceUpdate": "true or false",
    "validation": "enforce, advise or off",
}


def _described(arguments: Sequence[Any]) -> str:
    if len(arguments) != 1:
        return f"{len(arguments)} arguments"
    return "null" if arguments[0] is None else f"a {type(arguments[0]).__name__}"


def _invalid(message: str) -> ApplicationError:
    return ApplicationError(message, type="InvalidInput", non_retryable=True)
