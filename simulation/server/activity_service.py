"""The server's calls that act on an activity."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice import v1 as api

from simulation.server.activities import PendingActivity
from simulation.server.pollers import NotFound
from simulation.server.server import SimulatedServer


class ActivityService:
    """Answers calls by their names, as `Service` does."""

    def __init__(self, server: SimulatedServer) -> None:
        self._server = server

    def _pause_activity(self, request: api.PauseActivityRequest) -> api.PauseActivityResponse:
        self._activity(request.execution, request.id).pause()
        return api.PauseActivityResponse()

    def _unpause_activity(self, request: api.UnpauseActivityRequest) -> api.UnpauseActivityResponse:
        self._activity(request.execution, request.id).unpause()
        return api.UnpauseActivityResponse()

    def _reset_activity(self, request: api.ResetActivityRequest) -> api.ResetActivityResponse:
        self._activity(request.execution, request.id).reset()
        return api.ResetActivityResponse()

    def _update_activity_options(
        self, request: api.UpdateActivityOptionsRequest
    ) -> api.UpdateActivityOptionsResponse:
        options = request.activity_options
        self._activity(request.execution, request.id).change_options(
            attempts=options.retry_policy.maximum_attempts,
            start_to_close=options.start_to_close_timeout.ToTimedelta().total_seconds(),
        )
        return api.UpdateActivityOptionsResponse()

    def _respond_activity_task_completed_by_id(
        self, request: api.RespondActivityTaskCompletedByIdRequest
    ) -> api.RespondActivityTaskCompletedByIdResponse:
        self._started(request).complete(request.result)
        return api.RespondActivityTaskCompletedByIdResponse()

    def _respond_activity_task_failed_by_id(
        self, request: api.RespondActivityTaskFailedByIdRequest
    ) -> api.RespondActivityTaskFailedByIdResponse:
        self._started(request).fail(request.failure, by_hand=True)
        return api.RespondActivityTaskFailedByIdResponse()

    def _started(
        self,
        request: api.RespondActivityTaskCompletedByIdRequest
        | api.RespondActivityTaskFailedByIdRequest,
    ) -> PendingActivity:
        execution = WorkflowExecution(workflow_id=request.workflow_id, run_id=request.run_id)
        pending = self._activity(execution, request.activity_id)
        if not pending.is_started:
            raise NotFound("activity has not started")
        return pending

    def _activity(self, execution: WorkflowExecution, activity_id: str) -> PendingActivity:
        run = self._server.find_running(execution)
        for pending in run.activities.values():
            if pending.options.activity_id == activity_id:
                return pending
        raise NotFound(f"activity {activity_id} is not pending")
