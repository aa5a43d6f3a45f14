"""The state of one push in one run: what it carries on, and what only this run knows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.models import Idempotency, OperationSnapshot, PushPolicy
    from activities.wire import Finding
    from codat.kinds import PushKind
    from codat.models import PushOperation
    from workflows.activity_call import DEADLINE, CallFailed
    from workflows.attributes import upsert_operation
    from workflows.carried_state import CarriedState
    from workflows.deadline import Deadline
    from workflows.ledger import Ledger
    from workflows.metrics import cause_of
    from workflows.models import PushProgress, PushRequest
    from workflows.run_origin import was_started_here
    from workflows.submission import may_resend
    from workflows.update_line import TurnAnswer, TurnEntry

NEVER = datetime.min.replace(tzinfo=UTC)

MAX_UNCLEAR_ANSWERS = 1
"""More answers in a row that are not Codat's own, and the request is looked for instead."""


@dataclass
class PushState:
    """`carried` goes on in the next run; all else is this run's. Times are UTC.

    `snapshot` is what Codat last said of the operation that is followed, `missing_since` and
    `strange_since` when it first did not know it, or first gave a status that nobody knows.
    `looked_at`: when this run last looked at it.
    `is_data_read`: Codat reports that it has read the accounting software.
    `must_tell_plan`: the plan that it belongs to does not wait for its end, or no longer.
    """

    request: PushRequest
    carried: CarriedState
    deadline: Deadline
    is_reset: bool = False
    is_recalled: bool = False
    is_fit: bool = False
    snapshot: OperationSnapshot | None = None
    missing_since: datetime | None = None
    strange_since: datetime | None = None
    unclear_answers: int = 0
    unannounced: UUID | None = None
    saved_until: datetime = NEVER
    looked_at: datetime | None = None
    stage: str = "start"
    message: str = "The push was accepted."
    next_look: datetime | None = None
    waiting_for: str | None = None
    must_tell_plan: bool = True
    is_plan_told: bool = False
    turn_token: str = ""
    turn_answer: TurnAnswer | None = None
    is_data_read: bool = False

    @property
    def ledger(self) -> Ledger:
        """What was sent, and what is known of it."""
        return self.carried.ledger

    @property
    def trouble(self) -> str:
        """The last failure, in one sentence; empty without one."""
        return self.carried.trouble

    @property
    def policy(self) -> PushPolicy:
        """How this push behaves; the defaults until a worker has said."""
        return self.carried.policy or PushPolicy()

    @property
    def idempotency(self) -> Idempotency:
        """Whether the same key may be trusted; only creates have one."""
        is_create = self.request.push_kind is PushKind.CREATE
        return self.policy.idempotency if is_create else Idempotency.IGNORED

    @property
    def may_not_be_first(self) -> bool:
        """Whether an earlier run of this push may have sent something."""
        if self.is_reset or self.request.retry_of:
            return True
        return self.request.resume is None and not self._was_started_here

    @cached_property
    def _was_started_here(self) -> bool:
        return was_started_here(self.request)

    @property
    def must_recall(self) -> bool:
        """Whether earlier runs may have sent something that this one has not read yet."""
        return not self.is_recalled and self.may_not_be_first

    @property
    def is_unclear(self) -> bool:
        """Whether the current submission may have written without our knowing."""
        current = self.ledger.current
        return current is not None and current.is_unclear

    @property
    def may_send_no_more(self) -> bool:
        """Whether no further submission may be opened."""
        is_over = self.carried.is_cancelled or self.ledger.is_used_up
        return is_over or bool(self.request.looks_only)

    def may_resend(self, now: datetime) -> bool:
        """Tell whether the current submission may be sent again under its key."""
        current = self.ledger.current
        if current is None or self.carried.is_cancelled or self.request.looks_only:
            return False
        if self.unclear_answers > MAX_UNCLEAR_ANSWERS:
            return False
        return may_resend(current, self.idempotency, now, self.request.frozen_digest)

    @property
    def superseded_by(self) -> TurnEntry | None:
        """The newer update that takes the place of this one, which has sent nothing."""
        by = self.turn_answer and self.turn_answer.superseded_by
        return None if by is None or self.ledger.was_sent else by

    @property
    def must_give_turn_back(self) -> bool:
        """Whether an older update has come, which goes first while this one has sent nothing."""
        answer = self.turn_answer
        return answer is not None and answer.older_waits and not self.ledger.was_sent

    @property
    def progress(self) -> PushProgress:
        """The answer to the query `progress`."""
        return PushProgress(
            stage=self.stage,
            message=self.message,
            push_operation_key=self.ledger.operation,
            deadline_utc=self.deadline.at,
            next_look_utc=self.next_look,
            waiting_for=self.waiting_for,
            looks=self.carried.looks,
            warnings=self.carried.warnings + (self.snapshot.warnings if self.snapshot else []),
        )

    def take_answer(self, answer: TurnAnswer) -> None:
        """Take what the line of updates says, if it is about this run's own question."""
        if self.turn_token and answer.token == self.turn_token:
            self.turn_answer = answer

    def note(self, failure: CallFailed) -> None:
        """Keep the last failure, for whoever looks at the push and for the metrics."""
        if failure.kind != DEADLINE:
            self.carried.trouble, self.carried.cause = failure.message, cause_of(failure.kind)

    def warn(self, message: str) -> None:
        """Add a remark to the outcome that is not about a field."""
        self.carried.warnings.append(Finding(pointer="", message=message))

    def follow(self, snapshot: OperationSnapshot, *, at_the_end: bool = False) -> None:
        """Follow an operation, and let webhooks and people find this push by it.

        With `at_the_end` that is said together with the outcome: it saves an event.
        """
        self.snapshot = snapshot
        key = snapshot.operation.push_operation_key
        self.unannounced = key if at_the_end else None
        if not at_the_end:
            upsert_operation(key)

    def settle(self, operation: PushOperation) -> None:
        """Enter how an operation of ours stands."""
        submission = self.ledger.find(operation.push_operation_key)
        if submission:
            submission.status = operation.status
