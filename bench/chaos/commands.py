"""What an operator does with `temporal activity` and `temporal workflow`, by the same calls."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.activity.v1 import ActivityOptions
from temporalio.api.common.v1 import Payload, Payloads, RetryPolicy, WorkflowExecution
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    PauseActivityRequest,
    PauseWorkflowExecutionRequest,
    ResetActivityRequest,
    ResetWorkflowExecutionRequest,
    RespondActivityTaskCompletedByIdRequest,
    RespondActivityTaskFailedByIdRequest,
    UnpauseActivityRequest,
    UnpauseWorkflowExecutionRequest,
    UpdateActivityOptionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

_DOWN = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
)
"""What a client hears of a server that dies under its call, or is dead."""

_JUST_UP = "Namespace default is not found"
"""What a client hears of a dev server that has just come up again."""

OPERATOR = "chaos"

T = TypeVar("T")


async def persist(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask a server until it is there; whatever else it says is raised."""
    while True:
        try:
            return await ask()
        except RPCError as error:
            if error.status not in _DOWN and _JUST_UP not in error.message:
                raise
        except RuntimeError as error:
            # What the SDK makes of a long poll that a dying server ended.
            if "No completion event" not in str(error):
                raise
        await asyncio.sleep(0.5)


class Commands:
    """The commands for one workflow, whichever run is the latest.

    They describe it without the SDK, which can't read the status of a paused one.
    """

    def __init__(self, client: Client, workflow_id: str) -> None:
        self._service = client.workflow_service
        self._workflow: dict[str, Any] = {
            "namespace": client.namespace,
            "workflow_id": workflow_id,
        }
        self._execution = {
            "namespace": client.namespace,
            "execution": WorkflowExecution(workflow_id=workflow_id),
        }

    async def describe(self) -> DescribeWorkflowExecutionResponse:
        """Describe its latest run."""
        request = DescribeWorkflowExecutionRequest(**self._execution)
        return await persist(lambda: self._service.describe_workflow_execution(request))

    async def pending(self) -> Sequence[PendingActivityInfo]:
        """Give the activities that the server has not closed."""
        return (await self.describe()).pending_activities

    async def pause(self, activity_id: str) -> None:
        """Pause an activity."""
        request = PauseActivityRequest(**self._named(activity_id), reason=OPERATOR)
        await persist(lambda: self._service.pause_activity(request))

    async def unpause(self, activity_id: str) -> None:
        """Unpause an activity; one that is over stays so."""
        request = UnpauseActivityRequest(**self._named(activity_id))
        await _unless_over(lambda: self._service.unpause_activity(request))

    async def reset(self, activity_id: str) -> None:
        """Reset an activity, which unpauses it, too; one that is over stays so."""
        request = ResetActivityRequest(**self._named(activity_id))
        await _unless_over(lambda: self._service.reset_activity(request))

    async def allow_attempts(self, activity_id: str, most: int, each: timedelta) -> None:
        """Let an activity be tried so often, for so long each time."""
        options = ActivityOptions(
            retry_policy=RetryPolicy(maximum_attempts=most, initial_interval=_duration(0.1)),
            start_to_close_timeout=_duration(each.total_seconds()),
        )
        changed = ["retry_policy.maximum_attempts", "retry_policy.initial_interval"]
        request = UpdateActivityOptionsRequest(
            **self._named(activity_id),
            activity_options=options,
            update_mask=FieldMask(paths=[*changed, "start_to_close_timeout"]),
        )
        await persist(lambda: self._service.update_activity_options(request))

    async def complete(self, activity_id: str) -> None:
        """Complete an activity by hand with `{}`."""
        request = RespondActivityTaskCompletedByIdRequest(
            **self._workflow,
            activity_id=activity_id,
            result=_json("{}"),
            identity=OPERATOR,
        )
        await persist(lambda: self._service.respond_activity_task_completed_by_id(request))

    async def fail(self, activity_id: str) -> None:
        """Fail an activity by hand with a detail."""
        info = ApplicationFailureInfo(non_retryable=True, details=_json('"stuck"'))
        request = RespondActivityTaskFailedByIdRequest(
            **self._workflow,
            activity_id=activity_id,
            failure=Failure(message="by hand", application_failure_info=info),
            identity=OPERATOR,
        )
        await persist(lambda: self._service.respond_activity_task_failed_by_id(request))

    @asynccontextmanager
    async def paused(self) -> AsyncGenerator[None]:
        """Keep the workflow paused."""
        common = {**self._workflow, "identity": OPERATOR, "reason": OPERATOR}
        pause = PauseWorkflowExecutionRequest(**common, request_id=str(uuid4()))
        await persist(lambda: self._service.pause_workflow_execution(pause))
        try:
            yield
        finally:
            unpause = UnpauseWorkflowExecutionRequest(**common, request_id=str(uuid4()))
            await _unless_over(lambda: self._service.unpause_workflow_execution(unpause))

    async def reset_workflow(self, run_id: str, event_id: int, request_id: str) -> None:
        """Reset a run to the end of a task."""
        request = ResetWorkflowExecutionRequest(
            namespace=self._workflow["namespace"],
            workflow_execution=WorkflowExecution(
                workflow_id=self._workflow["workflow_id"], run_id=run_id
            ),
            workflow_task_finish_event_id=event_id,
            reason=OPERATOR,
            request_id=request_id,
        )
        await persist(lambda: self._service.reset_workflow_execution(request))

    def _named(self, activity_id: str) -> dict[str, Any]:
        return {**self._execution, "id": activity_id, "identity": OPERATOR}


async def _unless_over(ask: Callable[[], Awaitable[object]]) -> None:
    # Where somebody else ended the run, or the activity, there is nothing left to be undone.
    with suppress(RPCError):
        await persist(ask)


def _json(text: str) -> Payloads:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=text.encode())
    return Payloads(payloads=[payload])


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration
