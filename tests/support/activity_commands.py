"""What an operator does to an activity with `temporal activity ...`, by the same calls."""

from datetime import timedelta
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.activity.v1 import ActivityOptions
from temporalio.api.common.v1 import Payload, Payloads, RetryPolicy, WorkflowExecution
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    PauseActivityRequest,
    ResetActivityRequest,
    RespondActivityTaskCompletedByIdRequest,
    RespondActivityTaskFailedByIdRequest,
    UnpauseActivityRequest,
    UpdateActivityOptionsRequest,
)

from dispatch.pushes import Push
from tests.support.eventually import eventually


class ActivityCommands:
    """The commands, for the pending activity of one type of one push."""

    def __init__(self, push: Push, activity: str) -> None:
        self._push = push
        self._activity = activity
        self._service = push.client.workflow_service
        self._names = {
            "namespace": push.client.namespace,
            "execution": WorkflowExecution(workflow_id=push.workflow_id),
            "type": activity,
            "identity": "an operator",
        }

    async def pending(self) -> PendingActivityInfo | None:
        """What the server says of it; None when it does not pend."""
        described = await self._push.describe()
        for one in described.raw_description.pending_activities:
            if one.activity_type.name == self._activity:
                return one
        return None

    async def pends_again(self) -> None:
        """Wait until it waits for another attempt, its first one over."""

        async def is_again() -> bool:
            pending = await self.pending()
            return pending is not None and pending.attempt > 1

        await eventually(is_again)

    async def pause(self) -> None:
        await self._service.pause_activity(PauseActivityRequest(**self._names, reason="a test"))

    async def unpause(self) -> None:
        await self._service.unpause_activity(UnpauseActivityRequest(**self._names))

    async def reset(self) -> None:
        await self._service.reset_activity(ResetActivityRequest(**self._names))

    async def allow_attempts(self, most: int) -> None:
        """Change the retry policy, and let its attempts follow upon each other at once."""
        policy = RetryPolicy(maximum_attempts=most, initial_interval=_duration(0.1))
        await self._service.update_activity_options(
            UpdateActivityOptionsRequest(
                **self._names,
                activity_options=ActivityOptions(retry_policy=policy),
                update_mask=FieldMask(
                    paths=["retry_policy.maximum_attempts", "retry_policy.initial_interval"]
                ),
            )
        )

    async def complete(self, result: str) -> None:
        """Complete it with this JSON."""
        payload = Payload(metadata={"encoding": b"json/plain"}, data=result.encode())
        await self._service.respond_activity_task_completed_by_id(
            RespondActivityTaskCompletedByIdRequest(
                **await self._ids(), result=Payloads(payloads=[payload])
            )
        )

    async def fail(self, detail: str) -> None:
        """Fail it with this JSON as its detail."""
        payload = Payload(metadata={"encoding": b"json/plain"}, data=detail.encode())
        info = ApplicationFailureInfo(non_retryable=True, details=Payloads(payloads=[payload]))
        failure = Failure(message="by hand", application_failure_info=info)
        await self._service.respond_activity_task_failed_by_id(
            RespondActivityTaskFailedByIdRequest(failure=failure, **await self._ids())  # pyright: ignore[reportArgumentType]
        )

    async def _ids(self) -> dict[str, str]:
        pending = await self.pending()
        assert pending, f"{self._activity} does not pend"
        return {
            "namespace": self._push.client.namespace,
            "workflow_id": self._push.workflow_id,
            "activity_id": pending.activity_id,
            "identity": f"an operator {uuid4().hex[:4]}",
        }


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration
