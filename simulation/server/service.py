"""The server's public calls: what a client's protobuf request is answered with."""

import asyncio
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    EventType,
    HistoryEventFilterType,
    WorkflowIdConflictPolicy,
)
from temporalio.api.workflowservice import v1 as api
from temporalio.service import RPCError, RPCStatusCode

from simulation.server.activity_service import ActivityService
from simulation.server.activity_tasks import pending_info
from simulation.server.clock import stamp_of
from simulation.server.pollers import NotFound
from simulation.server.resets import reset
from simulation.server.run import Run
from simulation.server.run_service import RunService
from simulation.server.server import SimulatedServer
from simulation.server.starts import already_started, may_start_again, started_attributes
from simulation.server.visibility import describe_info

LONG_POLL = 3600.0
"""Virtual seconds that a client waits for news in one call; 20 s would be most calls of a run."""


class Service:
    """Answers calls by their names; what is not here raises, so that nothing is tested unseen."""

    def __init__(self, server: SimulatedServer) -> None:
        self._server = server
        self._parts = (self, ActivityService(server), RunService(server))

    async def answer(self, rpc: str, request: Any) -> Any:
        """Answer one call. RPCError as the server gives it."""
        handlers = (getattr(part, f"_{rpc}", None) for part in self._parts)
        handler = next(filter(None, handlers), None)
        if handler is None:
            raise NotImplementedError(f"The simulated server knows no call {rpc}.")
        try:
            given = handler(request)
            return await given if asyncio.iscoroutine(given) else given
        except NotFound as error:
            raise RPCError(str(error), RPCStatusCode.NOT_FOUND, b"") from None

    def _start_workflow_execution(
        self, request: api.StartWorkflowExecutionRequest
    ) -> api.StartWorkflowExecutionResponse:
        server, workflow_id = self._server, request.workflow_id
        latest = server.latest(workflow_id)
        if latest and latest.request_id == request.request_id:
            return api.StartWorkflowExecutionResponse(run_id=latest.run_id, started=True)
        if latest and latest.is_running:
            conflict = request.workflow_id_conflict_policy
            if conflict == WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING:
                return api.StartWorkflowExecutionResponse(run_id=latest.run_id, started=False)
            if conflict != WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING:
                raise already_started(latest)
            self._server.terminate(latest, "TerminateIfRunning WorkflowIdReusePolicy")
        elif latest and not may_start_again(latest, request.workflow_id_reuse_policy):
            raise already_started(latest)
        run = server.start(workflow_id, started_attributes(request), request_id=request.request_id)
        server.tell(f"{request.workflow_type.name} {workflow_id} starts as run {run.run_id[:8]}")
        return api.StartWorkflowExecutionResponse(run_id=run.run_id, started=True)

    def _describe_workflow_execution(
        self, request: api.DescribeWorkflowExecutionRequest
    ) -> api.DescribeWorkflowExecutionResponse:
        run = self._find(request.execution)
        response = api.DescribeWorkflowExecutionResponse(workflow_execution_info=describe_info(run))
        if run.task and run.task.started_ns:
            started = stamp_of(run.task.started_ns)
            response.pending_workflow_task.started_time.CopyFrom(started)
        response.execution_config.task_queue.CopyFrom(run.start.task_queue)
        response.execution_config.default_workflow_task_timeout.seconds = 10
        response.pending_activities.extend(map(pending_info, run.activities.values()))
        return response

    def _list_workflow_executions(
        self, request: api.ListWorkflowExecutionsRequest
    ) -> api.ListWorkflowExecutionsResponse:
        found = self._server.visibility.find(request.query)
        return api.ListWorkflowExecutionsResponse(executions=found)

    def _count_workflow_executions(
        self, request: api.CountWorkflowExecutionsRequest
    ) -> api.CountWorkflowExecutionsResponse:
        found = self._server.visibility.find(request.query)
        return api.CountWorkflowExecutionsResponse(count=len(found))

    async def _get_workflow_execution_history(
        self, request: api.GetWorkflowExecutionHistoryRequest
    ) -> api.GetWorkflowExecutionHistoryResponse:
        run = self._run_of_page(request)
        seen = int(request.next_page_token.decode().partition(" ")[2] or 0)
        only_end = (
            request.history_event_filter_type
            == HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
        )
        if request.wait_new_event:
            await self._news(run, seen, only_end=only_end)
        response = api.GetWorkflowExecutionHistoryResponse()
        if only_end:
            ended = run.history[-1:] if run.close_ns or not request.wait_new_event else []
            response.history.events.extend(ended)
            if not ended:
                response.next_page_token = f"{run.run_id} 0".encode()
            return response
        events = run.history[seen:]
        size = request.maximum_page_size or len(events)
        response.history.events.extend(events[:size])
        goes_on = request.wait_new_event and not run.close_ns
        if len(events) > size or goes_on:
            seen += min(size, len(events))
            response.next_page_token = f"{run.run_id} {seen}".encode()
        return response

    def _run_of_page(self, request: api.GetWorkflowExecutionHistoryRequest) -> Run:
        if request.next_page_token:
            run_id = request.next_page_token.decode().partition(" ")[0]
            return self._server.find(request.execution.workflow_id, run_id)
        return self._find(request.execution)

    async def _news(self, run: Run, seen: int, *, only_end: bool) -> None:
        """Wait until there is something new, or as long as the server lets a client wait."""
        try:
            async with asyncio.timeout(LONG_POLL):
                while run.is_running and (only_end or len(run.history) <= seen):
                    waiter = self._server.clock.future()
                    run.waiters.append(waiter)
                    await waiter
        except TimeoutError:
            pass

    def _signal_workflow_execution(
        self, request: api.SignalWorkflowExecutionRequest
    ) -> api.SignalWorkflowExecutionResponse:
        run = self._server.find_running(request.workflow_execution)
        self._append(
            run,
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
            signal_name=request.signal_name,
            input=request.input,
        )
        return api.SignalWorkflowExecutionResponse()

    def _request_cancel_workflow_execution(
        self, request: api.RequestCancelWorkflowExecutionRequest
    ) -> api.RequestCancelWorkflowExecutionResponse:
        run = self._server.find_running(request.workflow_execution)
        self._server.request_cancel(run, request.reason)
        return api.RequestCancelWorkflowExecutionResponse()

    def _append(self, run: Run, kind: int, **values: Any) -> None:
        """Write what a client asks for, at once or after the task that is under way."""
        self._server.happen(run, lambda: run.append(kind, identity="client", **values))

    def _terminate_workflow_execution(
        self, request: api.TerminateWorkflowExecutionRequest
    ) -> api.TerminateWorkflowExecutionResponse:
        self._server.terminate(
            self._server.find_running(request.workflow_execution), request.reason
        )
        return api.TerminateWorkflowExecutionResponse()

    def _reset_workflow_execution(
        self, request: api.ResetWorkflowExecutionRequest
    ) -> api.ResetWorkflowExecutionResponse:
        run = self._find(request.workflow_execution)
        latest = self._server.latest(run.workflow_id)
        new = reset(self._server, run, request.workflow_task_finish_event_id, request.reason)
        if latest and latest.is_running:
            latest.was_reset = True
            self._server.terminate(latest, f"{request.reason} (reset)")
        new.begin()
        return api.ResetWorkflowExecutionResponse(run_id=new.run.run_id)

    def _find(self, execution: WorkflowExecution) -> Run:
        return self._server.find(execution.workflow_id, execution.run_id)
