"""What a push workflow takes and answers; the caller's part of it is in `surepush_client`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    field_validator,
    model_validator,
)

from activities.models import digest_of, frozen_digest
from activities.plan_steps import PlanLink
from activities.unique_fields import read_pointer
from activities.wire import Findings, Sentence, Wire, Word
from codat.exact_json import MAX_LEVELS, MAX_VALUES, dumps, extent
from codat.models import PushTarget
from codat.target import known_data_type, segment
from surepush_client import models as client
from surepush_client.kinds import NO_BODY, Ordering, body_of
from surepush_client.models import (
    MAX_KEY_LENGTH,
    MAX_TIMEOUT_MINUTES,
    PUSH_NAMESPACE,
    PushOutcome,
    PushRecord,
    Validation,
)
from workflows.carried_state import CarriedState
from workflows.kinds import check_kind

__all__ = [
    "MAX_KEY_LENGTH",
    "MAX_TIMEOUT_MINUTES",
    "PUSH_NAMESPACE",
    "Ordering",
    "PushOutcome",
    "PushProgress",
    "PushRecord",
    "PushRequest",
    "Resolution",
    "Validation",
]

MAX_RECORD_BYTES = 1024 * 1024


class Resolution(Wire):
    """What an operator found out of a push whose ending is unclear, and who says so."""

    adopt: UUID | None = None
    not_written: bool = False
    excluded: list[UUID] = []
    by: Word | None = None


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


def _in_a_path(record_id: str) -> str:
    """Refuse an id that a URL takes for something else, such as two dots."""
    segment(record_id)
    return record_id


_DIGESTED = frozenset({"data", "file", "allow_sync_on_push_complete", "force_update"})


class PushRequest(client.PushRequest):
    """A push as its workflow takes it: the caller's request, checked in full, and what runs add.

    `plan` is written by the plan that the push is a step of, the fields from `retry_of` on by a
    retry and by continue-as-new; `looks_only`: the run sends nothing, and has a quarter of an hour.
    """

    data: Annotated[dict[str, Any], BeforeValidator(body_of), AfterValidator(_acceptable)] = Field(
        default=NO_BODY, validate_default=True
    )
    record_id: (
        Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH), AfterValidator(_in_a_path)]
        | None
    ) = None
    attachment_id: (
        Annotated[str, Field(min_length=1, max_length=MAX_KEY_LENGTH), AfterValidator(_in_a_path)]
        | None
    ) = None
    unique_field: Annotated[str, AfterValidator(read_pointer)] | None = None
    plan: PlanLink | None = None
    retry_of: Word | None = None
    settlement: Resolution | None = None
    reason: Sentence | None = None
    looks_only: StrictBool | None = None
    first_digest: Word | None = None
    resume: CarriedState | None = None

    @field_validator("data_type")
    @classmethod
    def _known(cls, value: str) -> str:
        if len(value) > MAX_KEY_LENGTH:
            raise ValueError(f"it must be text of at most {MAX_KEY_LENGTH} characters")
        return known_data_type(value)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        check_kind(self.push_kind, self.data_type, self.record_id)
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
    def is_validated(self) -> bool:
        """Whether its record is to be judged by the platform's options."""
        return self.push_kind.carries_record and self.validation is not Validation.OFF

    @property
    def task(self) -> str:
        """What the push is to do, such as `update 7 of bills` or `attach a.pdf to 7 of bills`."""
        of = f" {self.record_id} of" if self.record_id is not None else ""
        what = f" {self.file.name} to" if self.file else ""
        what = f" {self.attachment_id} from" if self.attachment_id else what
        return f"{self.push_kind}{what}{of} {self.data_type}"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical record; where there is none, of what the push is about."""
        return self._once("digest", lambda: digest_of(self.kind_path, self.content))

    @property
    def frozen_digest(self) -> str:
        """SHA-256 of all that a submission freezes besides its minutes."""
        settings = (self.allow_sync_on_push_complete, self.force_update)
        return self._once("frozen_digest", lambda: frozen_digest(self.content, *settings))

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
    """The answer of the query `progress`; times are UTC. `warnings` are what is said so far."""

    stage: str
    message: str
    push_operation_key: UUID | None = None
    deadline_utc: datetime | None = None
    next_look_utc: datetime | None = None
    waiting_for: str | None = None
    looks: int = 0
    warnings: Findings = []
