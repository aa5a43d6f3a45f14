"""What a push does to the world, one method a step."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.beating import beating
from activities.failures import codat_failures
from activities.holds import Holds
from activities.looks import Looks
from activities.models import (
    Attempt,
    Conduct,
    FetchOptions,
    Finding,
    OptionsDigest,
    PollStatus,
    Prepare,
    Prepared,
    Reading,
    Validate,
    Verdict,
)
from activities.options import OptionsShelf, Shelved
from activities.readings import reading_of
from codat import (
    CodatClient,
    CodatRefused,
    CodatUnauthorized,
    Problem,
    PushTarget,
    SavedForPushes,
)
from codat.turns import caller, in_turn
from codat.verdict import judge

SEND_WITHIN = timedelta(seconds=10)
"""From receiving the task to the first byte; a zombie comes too late to send."""

SEND_WITHIN_OF_START = timedelta(seconds=20)
"""From the server's start of the task to the first byte."""

CLOCKS_DIFFER = timedelta(seconds=1)
"""How much earlier than our sending an operation of ours may seem to have been requested."""


class PushActivities:
    """The steps of a push; they share one Codat client and one shelf of options."""

    def __init__(self, codat: CodatClient, conduct: Conduct, holds: Holds | None = None) -> None:
        self._codat = codat
        self._holds = holds
        self._conduct = conduct
        self._options = OptionsShelf(codat)
        self._looks = Looks(codat)

    @activity.defn(name="fetch-options")
    async def fetch_options(self, ask: FetchOptions) -> OptionsDigest:
        """Fetch what the platform wants; only a digest of it goes into history."""
        if not ask.is_needed:
            return OptionsDigest(conduct=self._conduct)
        async with beating():
            with codat_failures(final=(CodatRefused, CodatUnauthorized)):
                shelved = await self._options.get(ask.target)
        return self._digest(shelved)

    @activity.defn(name="validate")
    async def validate(self, ask: Validate) -> Verdict:
        """Judge the record by the platform's options."""
        async with beating():
            with codat_failures(final=(CodatRefused, CodatUnauthorized)):
                shelved = await self._options.get(ask.target)
        return await _verdict(shelved, ask.target, ask.data, update=ask.update)

    @activity.defn(name="prepare")
    async def prepare(self, ask: Prepare) -> Prepared | None:
        """Do both at once where it takes no waiting; None: they have to be steps of their own."""
        if ask.data is None:
            return Prepared(options=OptionsDigest(conduct=self._conduct))
        shelved = await self._options.soon(ask.target)
        if shelved is None:
            return None
        verdict = await _verdict(shelved, ask.target, ask.data, update=ask.update)
        return Prepared(options=self._digest(shelved), verdict=verdict)

    @activity.defn(name="push")
    async def push(self, attempt: Attempt) -> Reading:
        """Send the record, once, by the run that asked for it and inside its window."""
        _check_fence(attempt)
        window = _SendWindow(attempt.not_after)
        with codat_failures():
            if self._holds:
                await self._holds.check(attempt.target)
            operation = await self._codat.push(
                attempt.target,
                attempt.data,
                record_id=attempt.record_id,
                timeout_in_minutes=attempt.timeout_in_minutes,
                allow_sync_on_push_complete=attempt.allow_sync_on_push_complete,
                force_update=attempt.force_update,
                idempotency_key=attempt.idempotency_key,
                before_send=window.check,
            )
        requested = operation.requested_on_utc
        self._looks.follow(attempt.target.company_id, operation)
        is_new = requested is not None and requested >= window.sent - CLOCKS_DIFFER
        return reading_of(operation).model_copy(update={"is_new": is_new})

    @activity.defn(name="poll-status")
    async def poll_status(self, ask: PollStatus) -> Reading:
        """Read how the operation stands; whatever goes wrong in reading may be tried again.

        Only to come back another day, or on a hint, is for the push to decide (SavedForPushes).
        """
        async with beating():
            with codat_failures(final=(SavedForPushes,)):
                operation = await self._looks.read(ask, activity.info().started_time)
        patience = self._codat.limits.allowance.patience
        return reading_of(operation).model_copy(update={"patience": patience})

    def _digest(self, shelved: Shelved) -> OptionsDigest:
        return OptionsDigest(
            fields=shelved.fields,
            required=shelved.required,
            sha256=shelved.sha256,
            age_seconds=int(shelved.age.total_seconds()),
            stale=shelved.is_stale,
            conduct=self._conduct,
        )


class _SendWindow:
    """The time in which a task may begin to send."""

    def __init__(self, not_after: datetime) -> None:
        self._received = time.monotonic()
        self._started = activity.info().started_time
        self._not_after = not_after
        self.sent = datetime.now(UTC)

    def check(self) -> None:
        """Raise ApplicationError `NotSent` when it is too late to send."""
        now = datetime.now(UTC)
        if time.monotonic() - self._received > SEND_WITHIN.total_seconds():
            raise _not_sent("The worker came too late to send: more than 10 s after its task.")
        if now - self._started > SEND_WITHIN_OF_START:
            raise _not_sent("The worker came too late to send: more than 20 s after the start.")
        if now >= self._not_after:
            raise _not_sent("The idempotency key is too old to be sent again.")
        self.sent = now


def _check_fence(attempt: Attempt) -> None:
    # After a reset the server hands a task that was already under way out again, before any
    # workflow code runs: only the activity itself can refuse.
    info = activity.info()
    if info.workflow_run_id != attempt.run_id or info.attempt != 1:
        raise _not_sent("This request belongs to another run of the push, so it was not sent.")


def _not_sent(message: str) -> ApplicationError:
    return ApplicationError(
        message, type="NotSent", non_retryable=True, category=ApplicationErrorCategory.BENIGN
    )


async def _verdict(
    shelved: Shelved, target: PushTarget, data: dict[str, Any], *, update: bool
) -> Verdict:
    with caller(str(target.company_id)):
        problems = await in_turn(judge, shelved.checker, data, update=update)
    return Verdict(
        errors=[_finding(one) for one in problems if one.severity == "error"],
        warnings=[_finding(one) for one in problems if one.severity == "warning"],
    )


def _finding(problem: Problem) -> Finding:
    return Finding(pointer=problem.pointer, message=problem.message, rule=problem.rule)
