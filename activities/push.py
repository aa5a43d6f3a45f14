"""What a push does to the world, one method a step."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import Client

from activities.durations import Durations
from activities.failures import codat_failures
from activities.heartbeat import heartbeating
from activities.holds import Holds
from activities.later_updates import LaterUpdates
from activities.models import (
    Attempt,
    FetchOptions,
    OperationSnapshot,
    OptionsDigest,
    PollStatus,
    Prepare,
    Prepared,
    PushPolicy,
    Validate,
    ValidationResult,
)
from activities.poll_batcher import PollBatcher
from activities.readings import snapshot_of
from activities.send_fence import SendFence, not_sent, redelivered
from activities.server_time import ServerTime
from activities.stored_files import NO_FILES, StoredFiles
from activities.verdicts import judged
from activities.wire import Finding, findings_of
from codat import clock
from codat.client import CodatClient
from codat.errors import CodatError, CodatNotFound, CodatRefused, CodatUnauthorized, SavedForPushes
from codat.kinds import PushKind, kind_of
from codat.models import Problem, PushOperation, PushStatus, PushTarget
from codat.turns import caller
from codat.validation.cache import CachedOptions, OptionsCache
from codat.validation.validate import MANY

SEND_WITHIN = timedelta(seconds=10)
"""From receiving the task to the first byte; a zombie comes too late to send."""

CLOCKS_DIFFER = timedelta(seconds=1)
"""How far the clocks of Codat's own machines may be apart."""


CheckBeforeSending = Callable[[Attempt, ServerTime], Awaitable[None]]
"""Raises what keeps a request from being sent."""


def checks_before_sending(client: Client) -> list[CheckBeforeSending]:
    """Give all that Temporal is asked before a request is sent; the fence last."""
    return [Holds(client).check, LaterUpdates(client).check, SendFence(client).check]


class PushActivities:
    """The steps of a push; they share one Codat client and one shelf of options."""

    def __init__(
        self,
        codat: CodatClient,
        policy: PushPolicy,
        checks: Sequence[CheckBeforeSending] = (),
        files: StoredFiles = NO_FILES,
    ) -> None:
        self._codat = codat
        self._files = files
        self._durations = Durations()
        self._checks = checks
        self._policy = policy
        self._options = OptionsCache(codat)
        self._looks = PollBatcher(codat)

    @activity.defn(name="fetch-options")
    async def fetch_options(self, ask: FetchOptions) -> OptionsDigest:
        """Fetch what the platform wants; only a digest of it goes into history."""
        if not ask.is_needed:
            return OptionsDigest(policy=self._policy)
        async with heartbeating():
            with codat_failures(final=(CodatRefused, CodatUnauthorized)):
                cached = await self._options.get(ask.target)
        return self._digest(cached)

    @activity.defn(name="validate")
    async def validate(self, ask: Validate) -> ValidationResult:
        """Judge the record by the platform's options."""
        async with heartbeating():
            company = caller(str(ask.target.company_id))
            with codat_failures(final=(CodatRefused, CodatUnauthorized)), company:
                _, problems = await judged(
                    self._options.get, ask.target, ask.data, update=ask.update
                )
        return _verdict(problems)

    @activity.defn(name="prepare")
    async def prepare(self, ask: Prepare) -> Prepared | None:
        """Do both at once where it takes no waiting; None: they have to be steps of their own."""
        if ask.data is None:
            return Prepared(options=OptionsDigest(policy=self._policy))
        with caller(str(ask.target.company_id)):
            cached, problems = await judged(
                self._options.soon, ask.target, ask.data, update=ask.update
            )
        if cached is None:
            return None
        return Prepared(options=self._digest(cached), verdict=_verdict(problems))

    @activity.defn(name="push")
    async def push(self, attempt: Attempt) -> OperationSnapshot:
        """Send the record, once, by the run that asked for it and inside its window."""
        _check_fence(attempt)
        window = _SendWindow(attempt.not_after)
        # None is retried by the server, whatever an operator makes of the retry policy.
        with codat_failures(final=(CodatError,)):
            for check in self._checks:
                await check(attempt, window.time)
            operation = await self._send(attempt, window.check)
        self._looks.follow(attempt.target.company_id, operation)
        is_new = _is_new(operation, window.since_sent)
        self._note_success(attempt.target, operation)
        return snapshot_of(operation).model_copy(
            update={"is_new": is_new, "looks": self._durations.looks(attempt.target)}
        )

    async def _send(self, attempt: Attempt, check: Callable[[], None]) -> PushOperation:
        target, record_id, writes = attempt.target, attempt.record_id or "", self._codat.writes
        match kind_of(attempt.kind, attempt.record_id):
            case PushKind.DELETE:
                minutes = attempt.timeout_in_minutes
                return await writes.delete(
                    target, record_id, timeout_in_minutes=minutes, before_send=check
                )
            case PushKind.ATTACH:
                async with self._files.opened(attempt) as file:
                    return await writes.attach(target, record_id, file, before_send=check)
            case PushKind.DETACH:
                attachment_id = attempt.attachment_id or ""
                return await writes.detach(target, record_id, attachment_id, before_send=check)
            case _:
                return await self._send_record(attempt, check)

    async def _send_record(self, attempt: Attempt, check: Callable[[], None]) -> PushOperation:
        return await self._codat.push(
            attempt.target,
            attempt.data,
            record_id=attempt.record_id,
            timeout_in_minutes=attempt.timeout_in_minutes,
            allow_sync_on_push_complete=attempt.allow_sync_on_push_complete,
            force_update=attempt.force_update,
            idempotency_key=attempt.idempotency_key,
            before_send=check,
        )

    @activity.defn(name="poll-status")
    async def poll_status(self, ask: PollStatus) -> OperationSnapshot:
        """Read how the operation stands; most that goes wrong in reading is tried again.

        To come back another day, or on a hint, is for the push to decide (SavedForPushes), and so
        is for how long it asks for what is not there (CodatNotFound).
        """
        async with heartbeating():
            with codat_failures(final=(SavedForPushes, CodatNotFound)):
                operation = await self._looks.read(ask, activity.info().started_time)
        self._note_success(ask.target, operation)
        self._durations.note(ask.target, operation)
        patience = self._codat.limits.allowance.patience
        return snapshot_of(operation).model_copy(update={"patience": patience})

    def _note_success(self, target: PushTarget, operation: PushOperation) -> None:
        if operation.status is PushStatus.SUCCESS:
            self._options.outdate(target)

    def _digest(self, cached: CachedOptions) -> OptionsDigest:
        return OptionsDigest(
            fields=cached.fields,
            required=cached.required,
            sha256=cached.sha256,
            age_seconds=int(cached.age.total_seconds()),
            stale=cached.stale,
            policy=self._policy,
        )


class _SendWindow:
    """The time in which a task may begin to send."""

    def __init__(self, not_after: datetime) -> None:
        self.time = ServerTime()
        self._not_after = not_after
        self._sent = clock.seconds()

    @property
    def since_sent(self) -> timedelta:
        """How long ago the first byte was sent."""
        return timedelta(seconds=clock.seconds() - self._sent)

    def check(self) -> None:
        """Raise ApplicationError `NotSent` when it is too late to send."""
        if self.time.since_receipt > SEND_WITHIN:
            raise not_sent("The worker came too late to send: more than 10 s after its task.")
        if self.time.now() >= self._not_after:
            raise not_sent("It is too late to send: the deadline or the key's age has passed.")
        self._sent = clock.seconds()


def _is_new(operation: PushOperation, since_sent: timedelta) -> bool:
    """Tell by Codat's clock whether this request made the operation; in doubt it did.

    A new operation is looked into; one that is taken for a replay is not.
    """
    requested, answered = operation.requested_on_utc, operation.date
    if requested is None or answered is None:
        return True
    return requested >= answered - since_sent - CLOCKS_DIFFER


def _check_fence(attempt: Attempt) -> None:
    # The server hands a task out again, before any workflow code runs: after a reset in another
    # run, after pause, unpause, reset or new options of an activity in the same one. Only the
    # activity itself can refuse, and only the first hand-out of all proves that none was before.
    info = activity.info()
    if info.workflow_run_id != attempt.run_id:
        raise not_sent("This request belongs to another run of the push, so it was not sent.")
    if info.attempt != 1 or info.current_attempt_scheduled_time != info.scheduled_time:
        raise redelivered()


def _verdict(problems: list[Problem]) -> ValidationResult:
    if problems and problems[-1].rule == MANY:
        # Else it would be among those that are left out.
        problems = [problems[-1], *problems[:-1]]
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = [problem for problem in problems if problem.severity == "warning"]
    return ValidationResult(
        errors=findings_of(errors, _finding), warnings=findings_of(warnings, _finding)
    )


def _finding(problem: Problem) -> Finding:
    return Finding(pointer=problem.pointer, message=problem.message, rule=problem.rule)
