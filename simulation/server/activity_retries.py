"""Whether the server tries an activity again, and after which pause."""

from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import RetryState
from temporalio.api.failure.v1 import Failure

from simulation.server.clock import seconds_of

if TYPE_CHECKING:
    from simulation.server.activities import PendingActivity


def retry_state(activity: "PendingActivity", failure: Failure) -> int:
    """Say whether it is tried again (RETRY_STATE_IN_PROGRESS), or why it is not."""
    if activity.is_cancel_requested:
        return RetryState.RETRY_STATE_CANCEL_REQUESTED
    most = activity.options.retry_policy.maximum_attempts
    # Of a paused activity the server forgets how often it may be tried.
    if most and activity.attempt >= most and not activity.is_paused:
        return RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
    limit = seconds_of(activity.options.schedule_to_close_timeout)
    if limit:
        due = activity.run.clock.now_ns() + backoff(activity, failure) * 1e9
        if due > activity.first_scheduled_ns + limit * 1e9:
            return RetryState.RETRY_STATE_TIMEOUT
    return RetryState.RETRY_STATE_IN_PROGRESS


def backoff(activity: "PendingActivity", failure: Failure) -> float:
    """Give the seconds until the next attempt."""
    asked = seconds_of(failure.application_failure_info.next_retry_delay)
    if asked:
        return asked
    policy = activity.options.retry_policy
    growth = policy.backoff_coefficient ** (activity.attempt - 1)
    pause = seconds_of(policy.initial_interval) * growth
    most = seconds_of(policy.maximum_interval)
    return min(pause, most) if most else pause
