"""Whether a push still waits for the request that is about to be sent."""

from datetime import timedelta

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from activities.models import Attempt
from activities.server_time import ServerTime

ANSWER_WITHIN = timedelta(seconds=5)


class SendFence:
    """Asks the server. No clock can tell: a task may lie for minutes in a frozen process."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def check(self, _attempt: Attempt, _time: ServerTime) -> None:
        """Raise ApplicationError `NotSent` unless this attempt of this run is still waited for."""
        info = activity.info()
        request = DescribeWorkflowExecutionRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(
                workflow_id=info.workflow_id or "", run_id=info.workflow_run_id or ""
            ),
        )
        try:
            run = await self._client.workflow_service.describe_workflow_execution(
                request, timeout=ANSWER_WITHIN
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise not_sent("The run that asked for this request is gone.") from None
            raise not_sent("Temporal does not say whether this request is still wanted.") from error
        # A run that was terminated keeps its activities in the list.
        is_over = run.workflow_execution_info.HasField("close_time")
        waited_for = {(pending.activity_id, pending.attempt) for pending in run.pending_activities}
        if is_over or (info.activity_id, info.attempt) not in waited_for:
            raise not_sent("The push no longer waits for this request: it came too late.")


def not_sent(message: str) -> ApplicationError:
    """Give the failure of an attempt that was not sent."""
    return _failure("NotSent", message)


def redelivered() -> ApplicationError:
    """Give the failure of a hand-out that was not the first: that one may have been sent."""
    return _failure(
        "ActivityRedelivered",
        "Temporal handed this request out again, so it was not sent again; the first time it may "
        "have been.",
    )


def _failure(kind: str, message: str) -> ApplicationError:
    return ApplicationError(
        message, type=kind, non_retryable=True, category=ApplicationErrorCategory.BENIGN
    )
