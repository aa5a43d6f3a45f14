"""The ledger of submissions: what was sent under which number, and what is known of it.

Pure bookkeeping, no waiting and no sending. A create is a sequence of numbered submissions, each
with an idempotency key of its own and a frozen body. The rules are those of the checked model of
the protocol: a refusal settles only its own attempt, an attempt without a known end stays open
until the number is settled, and a number that was judged "not written" by looking or by a person
is never again called "nothing sent".
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from codat.models import PushStatus
from workflows.submission import Judgement, Submission

MAX_REFUSED = 50
"""How many refused numbers are kept in mind; a push may collect thousands in a month."""

MAX_NUMBERS = 8
"""How many numbers a push may send without a result; refused ones do not count."""


class Ledger(BaseModel):
    """All numbers of one push, over all its runs.

    `unread`: some run could not be read, so that everything may have happened. `held`: an earlier
    run ended TimedOut or Unknown after sending, so that only a person may have it sent again.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    submissions: Annotated[list[Submission], Field(alias="entries")] = []
    excluded: list[UUID] = []
    unread: bool = False
    held: PushStatus | None = None

    @property
    def current(self) -> Submission | None:
        """The number in use."""
        return self.submissions[-1] if self.submissions else None

    @property
    def was_sent(self) -> bool:
        """Whether any request was sent that may have written."""
        return self.unread or any(submission.was_sent for submission in self.submissions)

    @property
    def may_have_written(self) -> bool:
        """Whether a record may exist or come to exist."""
        return self.unread or any(submission.may_have_written for submission in self.submissions)

    @property
    def operations(self) -> list[UUID]:
        """The operations that are known to be ours."""
        return [submission.operation for submission in self.submissions if submission.operation]

    @property
    def operation(self) -> UUID | None:
        """The operation that is followed now, or was last."""
        return self.operations[-1] if self.operations else None

    @property
    def is_used_up(self) -> bool:
        """Whether no further number may be tried."""
        fruitless = [
            submission
            for submission in self.submissions
            if submission.was_sent and submission.operation is None
        ]
        return len(fruitless) >= MAX_NUMBERS

    @property
    def can_be_ruled_out(self) -> bool:
        """Whether numbers that were looked for are all that speaks against a Failed."""
        if (
            self.unread
            or self.excluded
            or not any(submission.is_doubted for submission in self.submissions)
        ):
            return False
        return all(
            submission.is_doubted or not submission.may_have_written
            for submission in self.submissions
        )

    def has_changed(self, digest: str) -> bool:
        """Tell whether what is still looked for was another request than this one."""
        return any(
            submission.is_unclear and submission.digest != digest for submission in self.submissions
        )

    def find(self, operation: UUID) -> Submission | None:
        """Find the number that led to this operation."""
        return next(
            (submission for submission in self.submissions if submission.operation == operation),
            None,
        )

    def begin(self, now: datetime, minutes: int | None, digest: str) -> Submission:
        """Open the next number."""
        number = self.submissions[-1].number + 1 if self.submissions else 1
        self._forget_refused()
        submission = Submission(number=number, first_scheduled=now, minutes=minutes, digest=digest)
        self.submissions.append(submission)
        return submission

    def _forget_refused(self) -> None:
        """Keep of numbers that are settled as refused the newest: the older ones say no more."""
        refused = [
            submission
            for submission in self.submissions
            if submission.judgement is Judgement.REFUSED
        ]
        settled = [
            submission
            for submission in refused
            if not submission.open and submission.operation is None
        ]
        for older in settled[:-MAX_REFUSED]:
            self.submissions.remove(older)


def rule_out(ledger: Ledger) -> None:
    """Enter that the numbers that were looked for wrote nothing, without any doubt."""
    for submission in ledger.submissions:
        if not submission.is_doubted:
            continue
        submission.open, submission.matched = 0, False
        if submission.operation is None:
            submission.judgement = Judgement.RULED_OUT


def adopt(ledger: Ledger, operation: UUID, now: datetime) -> None:
    """Enter an operation that was matched by its content, or named by a person."""
    submission = ledger.current
    if submission is None or (submission.operation and submission.operation != operation):
        submission = ledger.begin(now, None, "")
    # Whatever was judged before, an answer or a person's word, there is an operation now.
    submission.operation, submission.matched, submission.judgement = operation, True, None
    submission.status = PushStatus.PENDING
