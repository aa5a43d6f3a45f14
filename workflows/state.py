"""The state of one push in one run, how it waits, and how it ends."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.models import Idempotency, OperationSnapshot, PushPolicy
    from activities.other_pushes import REQUESTED
    from activities.wire import Finding
    from codat.models import PushOperation, PushStatus
    from workflows.activity_call import DEADLINE, CallFailed
    from workflows.attributes import upsert_attributes
    from workflows.details import progress_details
    from workflows.ledger import Ledger
    from workflows.markdown import plain
    from workflows.metrics import cause_of, count_wait
    from workflows.models import PushOutcome, PushRequest, Resume
    from workflows.poll_schedule import deadline_of, minutes_left
    from workflows.progress import ENDED, PushProgress
    from workflows.run_origin import carried_memo, was_continued, was_started_here

MOST_SAID = 380
"""Characters of a summary; Temporal shows 400 bytes."""

UNAUTHORIZED_FOR = timedelta(hours=1)
"""How long a wrong key, plan or right may be put right before the push fails."""

LONGEST = 500
"""Events of a run, some forty looks. A worker keeps 4.5 KB of each look while it keeps the run
(docs/measured.txt), and reads all of it again for one that fell out of its memory; the server
speaks up at 4,096 only."""


NEVER = datetime.min.replace(tzinfo=UTC)

CARRIED = sorted(set(Resume.model_fields) - {"requested_on_utc"})
"""What a story keeps when it goes on in a new run."""


class Ended(Exception):
    """The push is over; carries the outcome up to `run`."""

    def __init__(self, outcome: PushOutcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


@dataclass
class PushState:
    """What one run knows of its push."""

    request: PushRequest
    requested: datetime
    ledger: Ledger = field(default_factory=Ledger)
    conduct: PushPolicy | None = None
    warnings: list[Finding] = field(default_factory=list[Finding])
    is_reset: bool = False
    is_fit: bool = False
    looks: int = 0
    failures: int = 0
    trouble: str = ""
    cause: str = "other"
    unauthorized_since: datetime | None = None
    hinted: bool = False
    is_rejected: bool = False
    unclear_answers: int = 0
    missing_since: datetime | None = None
    is_cancelled: bool = False
    unannounced: UUID | None = None
    stage: str = "start"
    message: str = "The push was accepted."
    next_look: datetime | None = None
    waiting_for: str | None = None
    saved_until: datetime = NEVER
    deadline_timer: asyncio.Task[None] | None = None

    @classmethod
    def beginning(cls, request: PushRequest, *, is_reset: bool) -> Self:
        """Begin a run's story; a reset is a new request, on a new clock."""
        if is_reset:
            return cls(request, requested=workflow.now(), is_reset=True)
        info = workflow.info()
        resume = request.resume if was_continued() else None
        if resume is None:
            alone = request.model_copy(update={"resume": None})
            return cls(alone, requested=info.workflow_start_time)
        kept = resume.model_copy(deep=True)
        return cls(
            request,
            requested=resume.requested_on_utc,
            **{name: getattr(kept, name) for name in CARRIED},
        )

    @property
    def may_not_be_first(self) -> bool:
        """Whether an earlier run of this push may have sent something."""
        if self.is_reset or self.request.retry_of:
            return True
        return self.request.resume is None and not was_started_here(self.request)

    @property
    def resumed(self) -> OperationSnapshot | None:
        """The operation that the run before this one was following."""
        submission = self.ledger.current
        if (
            submission is None
            or submission.operation is None
            or submission.judgement
            or submission.has_failed
        ):
            return None
        return OperationSnapshot.unread(submission.operation)

    @property
    def deadline(self) -> datetime | None:
        """When the push has to be over (UTC)."""
        return deadline_of(self.requested, self.request.timeout_in_minutes)

    @property
    def left(self) -> timedelta | None:
        """The time until the deadline; None without one."""
        return None if self.deadline is None else self.deadline - workflow.now()

    @property
    def minutes(self) -> str:
        """The time that was given, in words."""
        minutes = self.request.timeout_in_minutes
        return f"{minutes} minute{'' if minutes == 1 else 's'}"

    @property
    def is_late(self) -> bool:
        """Whether the deadline has struck."""
        return self.left is not None and self.left <= timedelta()

    @property
    def manners(self) -> PushPolicy:
        """How this push behaves; the defaults until the worker has said."""
        return self.conduct or PushPolicy()

    @property
    def mode(self) -> Idempotency:
        """Whether the same key may be trusted; updates have none."""
        return self.manners.idempotency if self.request.record_id is None else Idempotency.IGNORED

    @property
    def progress(self) -> PushProgress:
        """What an onlooker is told."""
        return PushProgress(
            stage=self.stage,
            message=self.message,
            push_operation_key=self.ledger.operation,
            deadline_utc=self.deadline,
            next_look_utc=self.next_look,
            waiting_for=self.waiting_for,
            looks=self.looks,
        )

    def until_deadline(self) -> asyncio.Future[None] | None:
        """Give the durable timer of the deadline, one a run; None without a deadline."""
        if self.left is None:
            return None
        if self.deadline_timer is None:
            left = max(self.left, timedelta())
            self.deadline_timer = asyncio.create_task(workflow.sleep(left, summary="the deadline"))
        return self.deadline_timer

    def note(self, failure: CallFailed) -> None:
        """Keep the last trouble, for whoever looks at the push and for the metrics."""
        if failure.kind != DEADLINE:
            self.trouble, self.cause = failure.message, cause_of(failure.kind)

    def enter(self, stage: str, message: str) -> None:
        """Say what is going on now, to whoever looks at the push."""
        self.stage, self.message = stage, message
        workflow.set_current_details(progress_details(self.progress))

    def finish(self, outcome: PushOutcome) -> None:
        """Say how the push ended, to whoever asks for its progress later."""
        self.stage, self.message = ENDED, f"{outcome.status.value}: {outcome.message}"
        self.next_look, self.waiting_for = None, None

    def warn(self, message: str) -> None:
        """Add a remark to the outcome that is not about a field."""
        self.warnings.append(Finding(pointer="", message=message))

    def follow(self, operation: UUID, *, is_over: bool = False) -> None:
        """Let webhooks and people find this push by its operation; one that is over, at the end."""
        self.unannounced = operation if is_over else None
        if not self.unannounced:
            upsert_attributes(operation=operation)

    def settle(self, operation: PushOperation) -> None:
        """Enter how an operation of ours stands."""
        submission = self.ledger.find(operation.push_operation_key)
        if submission:
            submission.status = operation.status

    def continue_as_new_if_long(self) -> None:
        """Go on in a new run when the history has grown long."""
        if not _has_grown_long():
            return
        kept = {name: getattr(self, name) for name in CARRIED}
        resume = Resume(requested_on_utc=self.requested, **kept)
        workflow.continue_as_new(
            # What was remembered for a retry is in the ledger now.
            self.request.model_copy(update={"resume": resume, "retry_of": None}),
            memo=carried_memo() | {REQUESTED: self.requested.isoformat()},
        )

    async def wait(
        self,
        pause: timedelta,
        why: str,
        *,
        cause: str = "",
        for_hint: bool = False,
        is_last: bool = False,
    ) -> None:
        """Wait durably, not beyond the deadline unless it has struck (`is_last`).

        With `for_hint` the platform's hint cuts it short.
        """
        if self.left is not None and not is_last:
            pause = min(pause, self.left)
        if pause <= timedelta():
            return
        begun = workflow.now()
        self.next_look, self.waiting_for = begun + pause, why
        workflow.set_current_details(progress_details(self.progress))
        try:
            await workflow.wait_condition(
                lambda: for_hint and self.hinted,
                timeout=pause,
                timeout_summary=plain(f"{why} (until {self.next_look:%H:%M:%S} UTC)"[:MOST_SAID]),
            )
        except TimeoutError:
            pass
        finally:
            self.next_look, self.waiting_for = None, None
        count_wait(cause or self.cause, workflow.now() - begun)

    def check_time(self) -> None:
        """Raise Ended (TimedOut) when too little time is left to send."""
        if minutes_left(workflow.now(), self.deadline) == 0:
            raise self._timed_out()

    def check_deadline(self) -> None:
        """Raise Ended (TimedOut) when the time is over; until then one may look and ask."""
        if self.is_late:
            raise self._timed_out()

    def _timed_out(self) -> Ended:
        minutes = self.minutes
        before = f" The last trouble: {self.trouble}" if self.trouble else ""
        if self.ledger.was_sent:
            message = f"{minutes} were over and it is not known what became of the record.{before}"
        else:
            message = f"{minutes} were over before the record was sent.{before}"
        return self.ending(PushStatus.TIMED_OUT, message)

    def on_cancel_requested(self) -> bool:
        """Take a request for cancellation: True when something was sent, so that it goes on."""
        self.is_cancelled = True
        if not self.ledger.was_sent:
            return False
        self.warn("It was cancelled after a request had been sent, which no platform takes back.")
        return True

    def cancelled(self) -> Ended:
        """Make the end of a push that was cancelled and must not send any more."""
        if not self.ledger.was_sent:
            return self.ending(PushStatus.FAILED, "Cancelled before anything was sent.")
        return self.ending(
            PushStatus.UNKNOWN, f"Cancelled before it was clear what became of it. {self.trouble}"
        )

    def check_unauthorized(self) -> None:
        """Raise Ended (Failed) when Codat has not let us in for an hour."""
        self.unauthorized_since = self.unauthorized_since or workflow.now()
        if workflow.now() - self.unauthorized_since >= UNAUTHORIZED_FOR:
            raise self.ending(
                PushStatus.FAILED, f"Codat did not let us in for an hour: {self.trouble}"
            )

    def ending(self, status: PushStatus, message: str, **more: object) -> Ended:
        """Make the end of this push; what was sent and may still land is read off the ledger."""
        is_open = self.ledger.may_have_written and status is not PushStatus.SUCCESS
        if is_open and status is PushStatus.FAILED:
            status = PushStatus.UNKNOWN
            message += " An earlier request of this push may have been written all the same."
        return Ended(
            PushOutcome.model_validate(
                {
                    "status": status,
                    "message": message,
                    "warnings": self.warnings,
                    "push_operation_key": self.ledger.operation,
                    "submitted": self.ledger.was_sent,
                    "may_still_land": is_open,
                    "requested_on_utc": self.requested,
                    **more,
                }
            )
        )


def _has_grown_long() -> bool:
    info = workflow.info()
    if info.is_continue_as_new_suggested():
        return True
    return info.get_current_history_length() > LONGEST
