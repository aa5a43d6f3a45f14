"""What goes into an activity and what comes out: one model each way."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from activities.wire import Findings, Wire
from codat.canonical_json import digest
from codat.kinds import PushKind
from codat.models import PushOperation, PushStatus, PushTarget
from surepush_client.attached_file import AttachedFile


class Idempotency(StrEnum):
    """Whether this deployment of Codat honours `Idempotency-Key` (`CODAT_IDEMPOTENCY`)."""

    HONOURED = "honoured"
    IGNORED = "ignored"


class Resend(StrEnum):
    """What follows when a lost push is proven not to have been written (`PUSH_RESEND`)."""

    AUTO = "auto"
    NEVER = "never"


class ReadRecords(StrEnum):
    """Whether a lost push is looked for among the software's records, too (`PUSH_READ_RECORDS`)."""

    AUTO = "auto"
    NEVER = "never"


class PollPlan(StrEnum):
    """How the moments are chosen at which a push is polled (`PUSH_POLL_PLAN`)."""

    LEARNED = "learned"
    FIXED = "fixed"


class PushPolicy(Wire):
    """How a push behaves: the worker's settings, kept by the push from its first step on."""

    poll_first: timedelta = timedelta(seconds=4)
    poll_factor: float = 2.5
    poll_cap: timedelta = timedelta(minutes=15)
    poll_plan: PollPlan = PollPlan.LEARNED
    find_for: timedelta = timedelta(seconds=180)
    list_lag: timedelta = timedelta(seconds=10)
    idempotency: Idempotency = Idempotency.HONOURED
    resend: Resend = Resend.AUTO
    read_records: ReadRecords = ReadRecords.NEVER
    unique_fields: dict[str, str] = {}
    look_first: bool | None = None
    read_back: bool | None = None
    look_again_after: timedelta | None = None
    notify: bool = False


class FetchOptions(Wire):
    """Ask what the company's platform wants of a data type; unneeded, only how to behave."""

    target: PushTarget
    is_needed: bool = True


class OptionsDigest(Wire):
    """What is worth keeping in history of an option document, and how the push is to behave.

    `age_seconds` is how long ago the document was fetched.
    """

    fields: int = 0
    required: int = 0
    sha256: str = ""
    age_seconds: int = 0
    stale: bool = False
    policy: Annotated[PushPolicy, Field(alias="conduct")]


class Validate(Wire):
    """A record to be judged by the platform's options."""

    target: PushTarget
    data: dict[str, Any]
    update: bool


class ValidationResult(Wire):
    """All that is wrong with a record, and all that may be."""

    errors: Findings
    warnings: Findings = []


class Prepare(Wire):
    """Ask for the platform's options and judge the record by them; without `data` for neither."""

    target: PushTarget
    data: dict[str, Any] | None = None
    update: bool


class Prepared(Wire):
    """What `fetch-options` and `validate` would have said."""

    options: OptionsDigest
    verdict: ValidationResult = ValidationResult(errors=[])


class UpdateOrder(Wire):
    """When an update was asked for (UTC); `is_first`: its push has sent nothing before."""

    requested_on_utc: datetime
    is_first: bool


class Attempt(Wire):
    """One request to be sent at most once.

    `run_id` is the run that may send it; `not_after` (UTC) the moment from which it may not be
    sent any more, because the idempotency key would be too old. Updates have an `order`.
    """

    target: PushTarget
    kind: PushKind | None = None
    data: dict[str, Any]
    record_id: str | None = None
    file: AttachedFile | None = None
    attachment_id: str | None = None
    number: int
    idempotency_key: UUID | None = None
    timeout_in_minutes: int | None = None
    allow_sync_on_push_complete: bool | None = None
    force_update: bool | None = None
    run_id: str
    not_after: datetime
    order: UpdateOrder | None = None

    @property
    def frozen_digest(self) -> str:
        """SHA-256 of all that a number freezes besides its minutes."""
        content = self.file.facts if self.file else self.data
        return frozen_digest(content, self.allow_sync_on_push_complete, self.force_update)


def digest_of(kind_path: str, data: object) -> str:
    """Digest what a push carries; without a record that is what it is about, and its kind."""
    if kind_path.partition("/")[0] in (PushKind.CREATE, PushKind.UPDATE):
        return digest(data)
    return digest([kind_path, data])


def frozen_digest(data: object, *flags: bool | None) -> str:
    """Digest what must be the same whenever a number is sent again."""
    return digest([data, *flags])


class PollStatus(Wire):
    """Ask how an operation stands.

    `due` (UTC, the server's clock) is when the look was planned for: one list that was read since
    may answer several. Without it the answer is wanted at once. `requested_on_utc` is the
    operation's own, by which a list is narrowed. `is_last`: at the deadline, when nothing is saved
    for pushes any more.
    """

    target: PushTarget
    push_operation_key: UUID
    due: datetime | None = None
    requested_on_utc: datetime | None = None
    is_last: bool = False


class OperationSnapshot(Wire):
    """An operation as it was just read; problems are said with pointers into the record.

    `is_new`, of an answer to a push: this very request made the operation, it is no replay.
    `looks`, of an answer to a push, are the ages at which looking is worth it, by what this worker
    has seen of the software. `patience` is how many times longer than planned to wait before
    looking again: more than 1 when the requests that Codat allows a day run low.
    """

    operation: PushOperation
    is_new: bool = False
    looks: list[timedelta] = []
    patience: float = 1.0
    errors: Findings = []
    warnings: Findings = []

    @classmethod
    def unread(cls, operation: UUID) -> Self:
        """Give what is known of an operation before it is read."""
        pending = PushStatus.PENDING
        return cls(
            operation=PushOperation(
                push_operation_key=operation, status=pending, status_text=pending.value
            )
        )
