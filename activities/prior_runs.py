"""What is known of the earlier runs of a push: one model each way."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from activities.models import PushPolicy
from activities.wire import Wire, Word


class Recall(Wire):
    """Remember what earlier runs of a push did."""

    workflow_id: str
    run_id: str


class PastEventKind(StrEnum):
    """What a remembered fact is about."""

    CARRIED = "carried"
    ALONE = "alone"
    SCHEDULED = "scheduled"
    ANSWERED = "answered"
    READ = "read"
    NOT_FOUND = "not-found"
    ADOPTED = "adopted"
    SETTLED = "settled"
    HELD = "held"


class PastEvent(Wire):
    """One thing that is known of earlier runs; `at` is UTC, `error` the type of a failure.

    `is_new`: this very request made the operation. `ledger` is all that was known when a run went
    on in a new one.
    """

    at: datetime
    kind: PastEventKind
    number: int = 0
    minutes: int | None = None
    digest: str = ""
    error: Word | None = None
    operation: UUID | None = None
    status: Word | None = None
    excluded: list[UUID] = []
    is_new: bool = False
    ledger: dict[str, Any] | None = None


class PriorOutcome(Wire):
    """The outcome of an earlier run, as far as the past is judged by it."""

    model_config = ConfigDict(extra="allow")

    status: str
    submitted: bool = False


class PriorRuns(Wire):
    """All that can be known of the other runs of a push, in the order of time.

    `success` is the outcome of a run that succeeded, `success_digests` the SHA-256 of the record
    that it wrote and of the one that its caller first sent; `unreadable` are runs whose history is
    gone; `retries` names the run that each run was a retry of.
    """

    facts: list[PastEvent]
    success: PriorOutcome | None = None
    success_digests: list[str] = []
    unreadable: list[str] = []
    retries: dict[str, str] = {}
    policy: Annotated[PushPolicy | None, Field(alias="conduct")] = None
