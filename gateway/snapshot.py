"""How a push stands, strongly consistent: its description and its close event; no worker asked."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.other_pushes import requested_at
from codat.models import PushStatus
from dispatch.ending import ending_of
from dispatch.pushes import InvalidPushRequest, Push
from dispatch.runs import Asked, speaking
from gateway.run_requests import RunRequests
from workflows.attributes import PUSH_OPERATION_KEY
from workflows.models import PushOutcome, PushRequest


@dataclass(frozen=True)
class PushSnapshot:
    """A push as Temporal knows it; `outcome` is None while it is under way, `requested` is UTC."""

    push: Push
    description: WorkflowExecutionDescription
    request: PushRequest | None
    requested: datetime
    outcome: PushOutcome | None

    @property
    def status(self) -> PushStatus:
        """Where it stands."""
        return self.outcome.status if self.outcome else PushStatus.PENDING

    @property
    def operation(self) -> UUID | None:
        """Codat's key of it, once it is known."""
        if self.outcome and self.outcome.push_operation_key:
            return self.outcome.push_operation_key
        known = self.description.typed_search_attributes.get(PUSH_OPERATION_KEY)
        return UUID(known) if known else None


async def snapshot_of(
    push: Push, description: WorkflowExecutionDescription, requests: RunRequests
) -> PushSnapshot:
    """Read what was asked and how it ended, of the run that speaks for the push."""
    last, outcome = await asyncio.gather(
        _last(push, description, requests), _outcome(push, description)
    )
    request = last.request if last else None
    if last and last.run.run_id != description.run_id:
        description = await push.client.get_workflow_handle(
            push.workflow_id, run_id=last.run.run_id
        ).describe()
        outcome = await _outcome(push, description)
    requested = outcome.requested_on_utc if outcome else await requested_at(description)
    return PushSnapshot(push, description, request, requested, outcome)


async def _last(
    push: Push, description: WorkflowExecutionDescription, requests: RunRequests
) -> Asked | None:
    try:
        return await speaking(push.client, description, requests.read)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None  # forgotten between two calls
        raise


async def _outcome(push: Push, description: WorkflowExecutionDescription) -> PushOutcome | None:
    if description.status is WorkflowExecutionStatus.RUNNING:
        return None
    try:
        return await ending_of(push, description.run_id)
    except InvalidPushRequest as error:
        return PushOutcome(
            status=PushStatus.FAILED,
            message=f"Nothing was sent: {error}",
            submitted=False,
            requested_on_utc=description.start_time,
            completed_on_utc=description.close_time,
        )
