"""One activity of a push: a result that is checked, a failure in plain words, a durable deadline.

An operator can complete or fail an activity by hand, and the time-outs of a paused one never fire.
So nothing that comes back is believed unread, and a deadline is a timer of the workflow's own.
"""

import asyncio
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.failures import FailureDetails

DEADLINE = "DeadlinePassed"
TIMED_OUT = "ActivityTimedOut"
UNREADABLE = "UnreadableResult"

READ_TIMEOUT = timedelta(seconds=40)
READ_AGAIN = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
)
"""How a read is repeated: nothing is lost by it."""

Result = TypeVar("Result")


class CallFailed(Exception):
    """An activity brought no usable result; `kind` is the type of its failure, if it has one."""

    def __init__(self, message: str, kind: str = "", refusal: FailureDetails | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.refusal = refusal or FailureDetails()

    @property
    def retry_after(self) -> timedelta:
        """How long Codat or an operator's hold asks to wait; zero where nobody said."""
        return timedelta(seconds=self.refusal.retry_after_seconds or 0)


async def call(  # noqa: PLR0913, the parameters of an activity
    activity: str,
    argument: BaseModel,
    result: type[Result],
    *,
    until: asyncio.Future[None] | None = None,
    within: timedelta | None = None,
    grace: timedelta = timedelta(),
    **options: Any,  # noqa: ANN401, passed on to the SDK
) -> Result:
    """Run an activity and give its result, checked against the model that its code returns.

    `until` and `within` end the wait; a call that is under way then has `grace` to report.
    Raises CallFailed: DEADLINE when the time was over, TIMED_OUT when the worker did not report,
    UNREADABLE for a result that our code can't have made; CancelledError or ActivityError when
    this task is cancelled.
    """
    handle = workflow.start_activity(activity, argument, result_type=RawValue, **options)
    handle.add_done_callback(_retrieve)
    ends = [handle] if until is None else [handle, until]
    try:
        await _first_of(ends, within)
        if not handle.done() and grace:
            await _first_of([handle], grace)
    except asyncio.CancelledError:
        handle.cancel()
        raise
    if not handle.done():
        handle.cancel()
        # Else a push that ends now would not tell the server of it.
        await workflow.wait([handle])
        raise CallFailed("The deadline passed first.", DEADLINE)
    try:
        raw = handle.result()
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        raise _failure(error) from None
    return _checked(activity, raw, result)


async def _first_of(ends: list[Any], within: timedelta | None) -> None:
    timeout = None if within is None else max(within.total_seconds(), 0)
    await workflow.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)


def _retrieve(handle: asyncio.Future[Any]) -> None:
    """Look at an error that nobody waits for any more, so that asyncio does not complain."""
    if not handle.cancelled():
        handle.exception()


def _checked(activity: str, raw: RawValue | None, result: type[Result]) -> Result:
    payload = raw.payload if raw else Payload()
    try:
        return workflow.payload_converter().from_payload(payload, result)
    except (ValueError, KeyError, RuntimeError, ApplicationError):
        message = f"The result of {activity} can't be read: it was not made by our code."
        raise CallFailed(message, UNREADABLE) from None


def _failure(error: ActivityError) -> CallFailed:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return CallFailed(str(cause), TIMED_OUT)
    return CallFailed(cause.message, cause.type or "", _refusal(cause))


def _refusal(cause: ApplicationError) -> FailureDetails | None:
    try:
        return FailureDetails.model_validate(cause.details[0]) if cause.details else None
    except ValidationError:
        return None
