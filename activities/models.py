"""What goes into an activity and what comes out: one model each way."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from codat.models import PushOperation, PushTarget


class Wire(BaseModel):
    """A model that travels through Temporal: frozen, camelCase, absent means null."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Idempotency(StrEnum):
    """Whether this deployment of Codat honours `Idempotency-Key` (`CODAT_IDEMPOTENCY`)."""

    HONOURED = "honoured"
    IGNORED = "ignored"


class Resend(StrEnum):
    """What follows when a lost push is proven not to have been written (`PUSH_RESEND`)."""

    AUTO = "auto"
    NEVER = "never"


class Conduct(Wire):
    """How a push behaves: the worker's settings, kept by the push from its first step on."""

    poll_first: timedelta = timedelta(seconds=2)
    poll_factor: float = 2.0
    poll_cap: timedelta = timedelta(minutes=15)
    find_for: timedelta = timedelta(seconds=180)
    idempotency: Idempotency = Idempotency.HONOURED
    resend: Resend = Resend.AUTO


class FetchOptions(Wire):
    """Ask what the company's platform wants of a data type."""

    target: PushTarget


class OptionsDigest(Wire):
    """What is worth keeping in history of an option document, and how the push is to behave.

    `age_seconds` is how long ago the document was fetched.
    """

    fields: int
    required: int
    sha256: str
    age_seconds: int
    stale: bool = False
    conduct: Conduct


class Validate(Wire):
    """A record to be judged by the platform's options."""

    target: PushTarget
    data: dict[str, Any]
    update: bool


class Finding(Wire):
    """One remark on a record: where (RFC 6901), what, and by which rule."""

    pointer: str
    message: str
    rule: str | None = None


class Verdict(Wire):
    """All that is wrong with a record, and all that may be."""

    errors: list[Finding] = []
    warnings: list[Finding] = []


class Attempt(Wire):
    """One request to be sent at most once.

    `run_id` is the run that may send it; `not_after` (UTC) the moment from which it may not be
    sent any more, because the idempotency key would be too old.
    """

    target: PushTarget
    data: dict[str, Any]
    record_id: str | None = None
    number: int
    idempotency_key: UUID | None
    timeout_in_minutes: int | None = None
    allow_sync_on_push_complete: bool | None = None
    force_update: bool | None = None
    run_id: str
    not_after: datetime


class PollStatus(Wire):
    """Ask how an operation stands."""

    target: PushTarget
    push_operation_key: UUID


class Reading(Wire):
    """An operation as it was just read; problems are said with pointers into the record."""

    operation: PushOperation
    errors: list[Finding] = []
    warnings: list[Finding] = []
