"""One numbered submission: when it was sent, what came back, and whether it may be sent again.

Pure bookkeeping: a submission has an idempotency key of its own and a frozen body. A refusal
settles only its own attempt; an attempt without a known end stays open until the submission is
settled. docs/protocol.md has the reasons.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from activities.models import Idempotency
from codat.models import PushStatus

KEY_AGE = timedelta(minutes=85)
"""How long after a number's first schedule its key may be sent; Codat keeps answers 90 minutes."""


CONFLICT_IS_KEPT_AFTER = timedelta(minutes=1)
"""A 409 that is given for so long is the kept first answer to its key, which wrote nothing."""


IN_FLIGHT_FOR = timedelta(minutes=2)
"""With an attempt open, 409 says that it is in flight; after so long it is looked for instead."""


MAX_UNPROVEN = 3
"""How often a request that was sent again may be answered without proof before we look for it."""


class AttemptResult(StrEnum):
    """How one attempt ended, as far as its own request is concerned."""

    ACCEPTED = "accepted"
    BUSY = "busy"  # not connected, 429: nothing written, may be sent again
    CONFLICT = "conflict"  # 409: wrote nothing, and its key may give this answer for 90 minutes
    UNAUTHORIZED = "unauthorized"  # 401, 402, 403: nothing written
    REJECTED = (
        "rejected"  # 400, 404, 413, no file to send: nothing written, asking again changes nothing
    )
    UNCLEAR = "unclear"  # 5xx, 422: an answer that proves nothing
    LOST = "lost"  # no answer, or none of Codat's own
    UNSENT = "unsent"  # the activity declined to send


_ANSWERS = {
    "CodatUnreachable": AttemptResult.BUSY,
    "CodatThrottled": AttemptResult.BUSY,
    "CodatConflict": AttemptResult.CONFLICT,
    "CodatUnauthorized": AttemptResult.UNAUTHORIZED,
    "CodatRefused": AttemptResult.REJECTED,
    "CodatNotFound": AttemptResult.REJECTED,
    "FileMissing": AttemptResult.REJECTED,
    "CodatFailing": AttemptResult.UNCLEAR,
    "CodatKeyReused": AttemptResult.UNCLEAR,
    "CodatUnclear": AttemptResult.LOST,
    "NotSent": AttemptResult.UNSENT,
    "Superseded": AttemptResult.UNSENT,
}


def answer_to(error: str | None) -> AttemptResult:
    """Tell what a failure of that type proves about its own request: if in doubt, nothing."""
    return _ANSWERS.get(error or "", AttemptResult.LOST)


class Judgement(StrEnum):
    """What is known of a number apart from its open attempts."""

    REFUSED = "refused"
    FAILING = "failing"
    NOT_WRITTEN = "not-written"
    RULED_OUT = "ruled-out"  # not written, and nobody can doubt it


class Submission(BaseModel):
    """One number: when it was first scheduled, what was told to the platform, what came of it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    number: int
    first_scheduled: datetime
    last_scheduled: datetime | None = None
    minutes: int | None = None
    digest: str
    open: int = 0
    unproven: int = 0
    conflict_since: datetime | None = None
    judgement: Judgement | None = None
    operation: UUID | None = None
    status: PushStatus | None = None
    matched: bool = False

    @property
    def not_after(self) -> datetime:
        """The moment (UTC) from which this number's key may not be sent any more."""
        return self.first_scheduled + KEY_AGE

    @property
    def has_kept_conflict(self) -> bool:
        """Whether its key was judged to give a kept 409: another number may do better at once."""
        return self.conflict_since is not None and self.judgement is Judgement.REFUSED

    @property
    def has_failed(self) -> bool:
        """Whether the platform refused the record."""
        return self.status is PushStatus.FAILED

    @property
    def is_unclear(self) -> bool:
        """Whether an attempt may have written without our knowing."""
        return self.operation is None and (self.open > 0 or self.judgement is Judgement.FAILING)

    @property
    def may_have_written(self) -> bool:
        """Whether a record may exist, or come to exist, because of this number."""
        if self.operation is not None and not self.matched:
            return self.open > 0 or self.status is not PushStatus.FAILED
        return self.matched or self.open > 0 or self.judgement in _DOUBTFUL

    @property
    def is_doubted(self) -> bool:
        """Whether it was looked for: in vain, or what was matched by its content has failed."""
        if self.operation is None:
            return self.judgement is Judgement.NOT_WRITTEN
        return self.matched and self.has_failed

    @property
    def was_sent(self) -> bool:
        """Whether a request that may have written was sent under this number."""
        return self.operation is not None or self.open > 0 or self.judgement in _DOUBTFUL


_NEVER_KEPT = (AttemptResult.BUSY, AttemptResult.UNSENT)
"""Says nothing of what the key's kept answer is."""


_UNPROVEN = (AttemptResult.UNAUTHORIZED, AttemptResult.UNCLEAR, AttemptResult.REJECTED)


_DOUBTFUL = (Judgement.FAILING, Judgement.NOT_WRITTEN)


def record(
    submission: Submission,
    answer: AttemptResult,
    operation: UUID | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Enter how the attempt that was opened last has ended (at, UTC); `lost` leaves it open."""
    if answer is AttemptResult.CONFLICT:
        submission.conflict_since = submission.conflict_since or at
    elif answer not in _NEVER_KEPT:
        submission.conflict_since = None
    if answer is AttemptResult.LOST:
        return
    submission.open = max(submission.open - 1, 0)
    if answer is AttemptResult.CONFLICT and at and submission.conflict_since:
        _judge_conflict(submission, at - submission.conflict_since)
    if submission.open and answer in _UNPROVEN:
        submission.unproven += MAX_UNPROVEN if answer is AttemptResult.REJECTED else 1
    if answer is AttemptResult.ACCEPTED:
        submission.operation, submission.open, submission.judgement = operation, 0, None
        submission.status = PushStatus.PENDING
    elif (
        answer in (AttemptResult.REJECTED, AttemptResult.UNAUTHORIZED)
        and submission.judgement is None
    ):
        submission.judgement = Judgement.REFUSED
    elif answer is AttemptResult.UNCLEAR:
        submission.judgement = Judgement.FAILING


def _judge_conflict(submission: Submission, lasted: timedelta) -> None:
    """Enter what a 409 proves that has been given again and again for so long."""
    if submission.open and lasted >= IN_FLIGHT_FOR:
        submission.judgement, submission.unproven = Judgement.FAILING, MAX_UNPROVEN
    elif not submission.open and lasted >= CONFLICT_IS_KEPT_AFTER and submission.judgement is None:
        submission.judgement = Judgement.REFUSED


def mark_not_written(submission: Submission) -> None:
    """Enter that looking, or a person, found nothing; it stays doubtful for wording."""
    submission.open, submission.judgement = 0, Judgement.NOT_WRITTEN


def idempotency_key(push_id: UUID, number: int) -> UUID:
    """Derive the key of a number: the same in every run."""
    return uuid5(push_id, str(number))


def may_resend(submission: Submission, mode: Idempotency, now: datetime, digest: str) -> bool:
    """Tell whether the same request may be sent again under the same number without a look first.

    With an attempt open only where keys are honoured, the key is young and nothing has changed.
    A 5xx, 422 or 401 is kept and replayed, so asking again tells nothing; unless it answered a
    request that was sent again, for then the first one's answer may be the one that is kept.
    """
    if submission.operation or now >= submission.not_after or submission.digest != digest:
        return False
    if submission.open == 0:
        return submission.judgement is None
    if submission.judgement and not 0 < submission.unproven < MAX_UNPROVEN:
        return False
    return mode is Idempotency.HONOURED
