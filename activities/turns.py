"""Whether a push that has the turn of a record is over."""

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.wire import Wire


class TurnHolder(Wire):
    """The workflow of a push that has the turn of a record."""

    workflow_id: str


class TurnActivities:
    """Asks Temporal about pushes."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name="turn-is-over")
    async def turn_is_over(self, holder: TurnHolder) -> bool:
        """Tell whether the push has ended, in whatever way; RPCError is retried."""
        try:
            known = await self._client.get_workflow_handle(holder.workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return True
            raise
        return known.status is not WorkflowExecutionStatus.RUNNING
