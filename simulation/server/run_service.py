"""The server's calls that act on a run as a whole: pauses, and signals that start it."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice import v1 as api

from simulation.server.pollers import NotFound
from simulation.server.run import Run
from simulation.server.server import SimulatedServer
from simulation.server.starts import already_started, may_start_again, started_attributes


class RunService:
    """Answers calls by their names, as `Service` does."""

    def __init__(self, server: SimulatedServer) -> None:
        self._server = server

    def _pause_workflow_execution(
        self, request: api.PauseWorkflowExecutionRequest
    ) -> api.PauseWorkflowExecutionResponse:
        run = self._running(request.workflow_id, request.run_id)
        run.is_paused = True
        self._write(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED)
        self._server.visibility.note(run)
        return api.PauseWorkflowExecutionResponse()

    def _unpause_workflow_execution(
        self, request: api.UnpauseWorkflowExecutionRequest
    ) -> api.UnpauseWorkflowExecutionResponse:
        run = self._running(request.workflow_id, request.run_id)
        run.is_paused = False
        self._write(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED)
        self._server.visibility.note(run)
        self._server.tasks.resume(run)
        return api.UnpauseWorkflowExecutionResponse()

    def _signal_with_start_workflow_execution(
        self, request: api.SignalWithStartWorkflowExecutionRequest
    ) -> api.SignalWithStartWorkflowExecutionResponse:
        server, latest = self._server, self._server.latest(request.workflow_id)

        def signal(run: Run) -> None:
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
                signal_name=request.signal_name,
                input=request.signal_input,
                identity="client",
            )

        if latest and latest.is_running:
            server.happen(latest, lambda: signal(latest))
            return api.SignalWithStartWorkflowExecutionResponse(run_id=latest.run_id)
        if latest and not may_start_again(latest, request.workflow_id_reuse_policy):
            raise already_started(latest)
        run = server.start(
            request.workflow_id,
            started_attributes(request),
            request_id=request.request_id,
            first=signal,
        )
        server.tell(f"{request.workflow_type.name} {request.workflow_id} starts by a signal")
        return api.SignalWithStartWorkflowExecutionResponse(run_id=run.run_id, started=True)

    def _write(self, run: Run, kind: int) -> None:
        def write() -> None:
            run.append(kind, identity="client").worker_may_ignore = True

        self._server.happen(run, write)

    def _running(self, workflow_id: str, run_id: str) -> Run:
        run = self._server.find(workflow_id, run_id)
        if not run.is_running:
            raise NotFound("workflow execution already completed")
        return run
