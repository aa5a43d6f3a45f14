"""Looking again at a push that ended in doubt, by a run that sends nothing."""

from uuid import UUID

from temporalio.client import Client, WorkflowExecutionStatus

from dispatch.pushes import NoSuchPush, Push
from dispatch.retries import StillRunning, retry_push

REASON = "Surepush looks again by itself."


async def look_again(client: Client, workflow_id: str) -> bool:
    """Begin a run that only looks; True where the push is out of doubt, or forgotten."""
    push = Push(client, UUID(workflow_id.removeprefix("push-")))
    try:
        described = await push.describe()
        if described.status is WorkflowExecutionStatus.RUNNING:
            return False
        outcome = await push.outcome()
        if not outcome.may_still_land:
            return True
        await retry_push(push, looks_only=True, reason=REASON)
    except StillRunning:
        return False
    except NoSuchPush:
        return True
    return False
