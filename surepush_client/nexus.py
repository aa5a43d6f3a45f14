"""The Nexus service `push`, by which workflows of another namespace push."""

from collections.abc import Iterator
from typing import Any

import nexusrpc
from temporalio.exceptions import ApplicationError, NexusOperationError

from surepush_client import plans
from surepush_client.models import PushOutcome, PushReference, PushRequest
from surepush_client.plan_models import PlanReport, PlanRequest
from surepush_client.wire import Sentence

ENDPOINT = "surepush"
"""The usual name of the endpoint; an operator creates it and may choose another."""


class PushRetry(PushReference):
    """A push that did not succeed and is wanted again, with a corrected record or the same."""

    data: dict[str, Any] | None = None
    reason: Sentence | None = None


@nexusrpc.service(name="push")
class PushService:
    """Starts a push, reads its outcome and retries it; a push is named by what it was started with.

    `start` ends when the push ends: with the outcome of a `Success`, otherwise it fails, and
    `outcome_of_failure` reads the outcome. Cancelling it asks the push to be cancelled.
    `outcome` is null while the push runs. `retry` is over when the push runs again; `start` with
    the first request waits for its end. `plan` starts a plan and ends when the plan does: with the
    report of one whose steps all succeeded, otherwise it fails, and `report_of_failure` reads it.
    """

    start: nexusrpc.Operation[PushRequest, PushOutcome]
    outcome: nexusrpc.Operation[PushReference, PushOutcome | None]
    retry: nexusrpc.Operation[PushRetry, None]
    plan: nexusrpc.Operation[PlanRequest, PlanReport]


def outcome_of_failure(error: NexusOperationError) -> PushOutcome | None:
    """Read the outcome of a push by which `start` failed; None for any other failure.

    It is the first detail of the ApplicationError `PushFailed`, `PushTimedOut` or `PushUnknown`. Of
    a push that was over before `start`, that is the cause of another ApplicationError.
    """
    for cause in _application_errors(error):
        if cause.details:
            is_end = (cause.type or "").startswith("Push")
            return PushOutcome.model_validate(cause.details[0]) if is_end else None
    return None


def report_of_failure(error: NexusOperationError) -> PlanReport | None:
    """Read the report of a plan by which `plan` failed; None for any other failure."""
    reports = map(plans.report_of, _application_errors(error))
    return next(filter(None, reports), None)


def _application_errors(error: NexusOperationError) -> Iterator[ApplicationError]:
    cause = error.cause
    while cause is not None:
        if isinstance(cause, ApplicationError):
            yield cause
        cause = cause.__cause__
