"""Before a record is sent: what the platform wants, and whether this record is fit for it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.models import FetchOptions, OptionsDigest, Prepare, Validate, ValidationResult
    from activities.push import PushActivities
    from activities.wire import count_of
    from codat.models import PushStatus
    from workflows.activity_call import READ_AGAIN, READ_TIMEOUT, CallFailed, call
    from workflows.models import Validation
    from workflows.outcomes import check_time, check_unauthorized, end_of
    from workflows.state import PushState
    from workflows.steps.look_first import look_first
    from workflows.steps.turn import take_turn
    from workflows.waiting import show_stage, wait

PREPARE_TIMEOUT = timedelta(seconds=5)

PAUSE = timedelta(seconds=15)
MAX_PAUSE = timedelta(minutes=5)

T = TypeVar("T")


async def prepare(state: PushState) -> None:
    """Fetch options, validate, look first; raises Ended when the record is not fit, or stands.

    An update takes its turn before: what was requested earlier goes first.
    """
    await take_turn(state)
    if not await _prepare_at_once(state):
        await _fetch_options(state)
        await _validate(state)
    await look_first(state)
    state.is_fit = True
    state.carried.unauthorized_since = None


async def _prepare_at_once(state: PushState) -> bool:
    """Do both where the options are at hand; False: they have to be fetched, in steps of their own.

    A local activity: it costs the server no task, and history no copy of the record.
    """
    request = state.request
    is_needed = request.is_validated
    check_time(state)
    show_stage(state, "validate", "Checking the record.")
    try:
        prepared = await workflow.execute_local_activity_method(
            PushActivities.prepare,
            Prepare(
                target=request.target,
                data=request.data if is_needed else None,
                update=request.record_id is not None,
            ),
            start_to_close_timeout=PREPARE_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
    except FailureError as error:  # a local activity's failure is wrapped in no ActivityError
        if is_cancelled_exception(error):
            raise
        return False
    if prepared is None:
        return False
    _take_options(state, prepared.options)
    _take_verdict(state, prepared.verdict)
    return True


async def _fetch_options(state: PushState) -> None:
    is_needed = state.request.is_validated
    show_stage(state, "fetch-options", "Asking what the accounting software wants.")

    async def ask() -> OptionsDigest:
        return await call(
            "fetch-options",
            FetchOptions(target=state.request.target, is_needed=is_needed),
            OptionsDigest,
            until=state.deadline.timer(),
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=READ_AGAIN,
        )

    _take_options(state, await _patiently(state, ask))


def _take_options(state: PushState, digest: OptionsDigest) -> None:
    state.carried.policy = state.carried.policy or digest.policy
    if digest.stale:
        state.warn(
            "Codat's field rules were unavailable, so Surepush used a copy "
            f"{digest.age_seconds} s old."
        )


async def _validate(state: PushState) -> None:
    request = state.request
    if not request.is_validated:
        return
    show_stage(state, "validate", "Checking the record.")

    async def ask() -> ValidationResult:
        return await call(
            "validate",
            Validate(
                target=request.target, data=request.data, update=request.record_id is not None
            ),
            ValidationResult,
            until=state.deadline.timer(),
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=READ_AGAIN,
        )

    _take_verdict(state, await _patiently(state, ask))


def _take_verdict(state: PushState, verdict: ValidationResult) -> None:
    """Note what was found; raises Ended when the record does not fit."""
    if state.request.validation is Validation.ADVISE:
        state.carried.warnings += verdict.errors
    elif verdict.errors:
        state.carried.warnings += verdict.warnings
        first, more = verdict.errors[0], count_of(verdict.errors) - 1
        tail = f" (and {more:,} more)" if more else ""
        raise end_of(
            state,
            PushStatus.FAILED,
            f"The record failed validation; nothing was sent: {first.message}{tail}",
            errors=verdict.errors,
        )
    state.carried.warnings += verdict.warnings


async def _patiently(state: PushState, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until there is an answer; raises Ended on a refusal or when the time is over."""
    pause = PAUSE
    while True:
        await take_turn(state)
        check_time(state)
        try:
            return await ask()
        except CallFailed as failure:
            kind = failure.kind
            state.note(failure)
        if kind in ("CodatRefused", "CodatNotFound"):
            raise end_of(state, PushStatus.FAILED, f"Nothing was sent: {state.trouble}")
        if kind == "CodatUnauthorized":
            check_unauthorized(state)
        await wait(state, pause, f"asking again after: {state.trouble}")
        pause = min(2 * pause, MAX_PAUSE)
