"""Asking for a push again: by an operator, or by a backend that mended the record."""

import contextlib
from typing import Any

from temporalio.client import WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from dispatch.pushes import Push, not_asked
from dispatch.runs import Asked, first_of, speaking
from dispatch.settings import DispatchSettings
from dispatch.start_options import options_of, start_memo
from workflows.models import PushRequest, Resolution, Validation


class StillRunning(ValueError):
    """The push has not ended, so there is nothing to retry."""


async def retry_push(  # noqa: PLR0913, each is a choice of the operator's
    push: Push,
    *,
    data: dict[str, Any] | None = None,
    validation: Validation | None = None,
    force_update: bool | None = None,
    timeout_in_minutes: int | None = None,
    waits_for_ever: bool = False,
    settlement: Resolution | None = None,
    reason: str | None = None,
    looks_only: bool = False,
    task_queue: str | None = None,
    started_by: str | None = None,
) -> Push:
    """Ask again for a push that did not succeed; the id stays, so nothing is written twice.

    What is not given stays as it was. A run that `looks_only` sends nothing; `waits_for_ever` takes
    the minutes away; `started_by` is the name of the API key that asks. A push that succeeded is
    returned as it is. Raises: StillRunning, NoSuchPush, InvalidPushRequest, and ValidationError for
    what makes no request.
    """
    description = await push.describe()
    if description.status is WorkflowExecutionStatus.COMPLETED:
        return push
    if description.status is WorkflowExecutionStatus.RUNNING:
        raise StillRunning(f"Push {push.push_id} is still running: wait for its end.")
    last = await speaking(push.client, description)
    if last is None:
        raise not_asked(push)
    if last.run.status is WorkflowExecutionStatus.COMPLETED:
        return push
    first = await first_of(push.client, description)
    changes = {
        "data": data,
        "validation": validation,
        "force_update": force_update,
        "timeout_in_minutes": timeout_in_minutes,
        "reason": reason,
        "first_digest": first.digest if first else None,
    }
    cleared = {"timeout_in_minutes": None} if waits_for_ever else {}
    anyway = {"settlement": settlement, "looks_only": looks_only or None, **cleared}
    request = _again(last, changes, anyway)
    await _start_again(push, request, task_queue or description.task_queue, started_by)
    return push


async def _start_again(
    push: Push, request: PushRequest, task_queue: str | None, started_by: str | None
) -> None:
    # Where somebody else was quicker, or it succeeded meanwhile, theirs is this push too.
    with contextlib.suppress(WorkflowAlreadyStartedError):
        await push.client.start_workflow(
            "push",
            request,
            id=push.workflow_id,
            task_queue=task_queue or DispatchSettings().task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            **options_of(push.client, request, start_memo(push.client, request), started_by),
        )


def _again(last: Asked, changes: dict[str, Any], anyway: dict[str, Any]) -> PushRequest:
    # Built anew, not copied: what an operator gives is checked like any request.
    return PushRequest.model_validate(
        last.request.model_dump(exclude={"resume", "settlement", "reason"})
        | {name: value for name, value in changes.items() if value is not None}
        | {**anyway, "retry_of": last.run.run_id}
    )
