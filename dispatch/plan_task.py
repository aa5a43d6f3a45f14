"""The workflow task of a plan that starts steps itself: a worker may have lost it by now."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.plan_steps import PlanExecution
from codat import clock

PROMPT = timedelta(seconds=4)
"""A worker that is no later than that, by its own clock, has the task still: it lasts longer."""

SAME = timedelta(seconds=1)
"""The next task of a plan, after one that was lost, begins later than that."""


class PlanTask(NamedTuple):
    """A workflow task of a plan, which began at `began` (UTC); None: an activity starts steps."""

    client: Client
    plan: PlanExecution
    began: datetime | None

    async def check(self) -> None:
        """See whether this worker has the task still; the next one may know of a cancellation.

        Raises: ApplicationError `TooLate`, RPCError.
        """
        if self.began is None or abs(clock.utc_now() - self.began) < PROMPT:
            return
        plan = self.client.get_workflow_handle(self.plan.workflow_id, run_id=self.plan.run_id)
        task = (await plan.describe()).raw_description.pending_workflow_task
        if abs(task.started_time.ToDatetime(UTC) - self.began) > SAME:
            raise ApplicationError("The plan's task is another worker's by now.", type="TooLate")
