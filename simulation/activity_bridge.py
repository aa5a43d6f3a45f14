"""What stands in the place of the core's activity side, for the SDK's own activity worker."""

import asyncio
from typing import TYPE_CHECKING

from temporalio.bridge.proto import ActivityHeartbeat, ActivityTaskCompletion
from temporalio.bridge.proto.activity_task import ActivityCancelReason, ActivityTask

if TYPE_CHECKING:
    from simulation.worker import SimulatedWorker


class ActivityBridge:
    """Passes tasks to the SDK's activity worker, and what that reports to ours."""

    def __init__(self, worker: "SimulatedWorker") -> None:
        self._worker = worker
        self.tasks: asyncio.Queue[ActivityTask] = asyncio.Queue()

    async def poll_activity_task(self) -> ActivityTask:
        """Give the next task; none that would cancel what has just ended, as the core does."""
        while True:
            task = await self.tasks.get()
            if not task.HasField("cancel") or self._worker.runs(task.task_token):
                return task

    async def complete_activity_task(self, completion: ActivityTaskCompletion) -> None:
        """Take a result and bring it to the server."""
        await self._worker.report(completion)

    def record_activity_heartbeat(self, heartbeat: ActivityHeartbeat) -> None:
        """Take a sign of life."""
        self._worker.beat(heartbeat)


_REASONS = {
    "not found": (ActivityCancelReason.NOT_FOUND, "is_not_found"),
    "cancelled": (ActivityCancelReason.CANCELLED, "is_cancelled"),
    "timed out": (ActivityCancelReason.TIMED_OUT, "is_timed_out"),
    "paused": (ActivityCancelReason.PAUSED, "is_paused"),
    "reset": (ActivityCancelReason.RESET, "is_reset"),
}


def cancel_task(token: bytes, why: str) -> ActivityTask:
    """Make the task that cancels an activity, by a name of `_REASONS`."""
    task = ActivityTask(task_token=token)
    task.cancel.reason, detail = _REASONS[why]
    setattr(task.cancel.details, detail, True)
    return task
