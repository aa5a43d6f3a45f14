"""The server's public calls: what a client's protobuf request is answered with."""

import asyncio
from typing import Any

from temporalio.api.common.v1 import GrpcStatus, WorkflowExecution
from temporalio.api.enums.v1 import (
    EventType,
    HistoryEventFilterType,
    PendingActivityState,
    WorkflowExecutionStatus,
    WorkflowIdConflictPolicy,
    WorkflowIdReusePolicy,
    WorkflowTaskFailedCause,
)
from temporalio.api.errordetails.v1 import WorkflowExecutionAlreadyStartedFailure
from temporalio.api.history.v1 import WorkflowExecutionStartedEventAttributes
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice import v1 as api
from temporalio.service import RPCError, RPCStatusCode

from simulation.server.activities import PendingActivity
from simulation.server.clock import stamp_of
from simulation.server.pollers import NotFound
from simulation.server.resets import reset
from simulation.server.run import Run
from simulation.server.server import Server
from simulation.server.visibility import describe_info

LONG_POLL = 20.0


class Service:
    """Answers calls by their names; what is not here raises, so that nothing is tested unseen."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def answer(self, rpc: str, request: Any) -> Any:
        """Answer one call. RPCError as the server gives it."""
        handler = getattr(self, f"_{rpc}", None)
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
                raise _already_started(latest)
            self.terminate(latest, "TerminateIfRunning WorkflowIdReusePolicy")
        elif latest and not _may_start_again(latest, request.workflow_id_reuse_policy):
            raise _already_started(latest)
        run = server.start(workflow_id, _started(request), request_id=request.request_id)
        server.tell(f"{request.workflow_type.name} {workflow_id} starts as run {run.run_id[:8]}")
        return api.StartWorkflowExecutionResponse(run_id=run.run_id, started=True)

    def _describe_workflow_execution(
        self, request: api.DescribeWorkflowExecutionRequest
    ) -> api.DescribeWorkflowExecutionResponse:
        run = self._find(request.execution)
        response = api.DescribeWorkflowExecutionResponse(workflow_execution_info=describe_info(run))
        response.execution_config.task_queue.CopyFrom(run.start.task_queue)
        response.execution_config.default_workflow_task_timeout.seconds = 10
        response.pending_activities.extend(map(_pending, run.activities.values()))
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
        run = self._open(request.workflow_execution)

        def write() -> None:
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
                signal_name=request.signal_name,
                input=request.input,
                identity="client",
            )

        self._server.happen(run, write)
        return api.SignalWorkflowExecutionResponse()

    def _request_cancel_workflow_execution(
        self, request: api.RequestCancelWorkflowExecutionRequest
    ) -> api.RequestCancelWorkflowExecutionResponse:
        run = self._open(request.workflow_execution)
        if not run.is_cancel_requested:
            run.is_cancel_requested = True

            def write() -> None:
                run.append(
                    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
                    cause=request.reason,
                    identity="client",
                )

            self._server.happen(run, write)
        return api.RequestCancelWorkflowExecutionResponse()

    def _terminate_workflow_execution(
        self, request: api.TerminateWorkflowExecutionRequest
    ) -> api.TerminateWorkflowExecutionResponse:
        self.terminate(self._open(request.workflow_execution), request.reason)
        return api.TerminateWorkflowExecutionResponse()

    def terminate(self, run: Run, reason: str) -> None:
        """End a run from outside; a task under way is failed first."""
        server, task = self._server, run.task
        if task and task.started_ns and task.attempt == 1:
            cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
                scheduled_event_id=task.scheduled_event,
                started_event_id=task.started_event,
                cause=cause,
                identity="history-service",
            )
        for item in run.buffered:
            item.write()
        run.buffered.clear()
        event = run.append(
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, reason=reason, identity="client"
        )
        server.close(run, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED, event)

    def _reset_workflow_execution(
        self, request: api.ResetWorkflowExecutionRequest
    ) -> api.ResetWorkflowExecutionResponse:
        run = self._find(request.workflow_execution)
        latest = self._server.latest(run.workflow_id)
        new = reset(self._server, run, request.workflow_task_finish_event_id, request.reason)
        if latest and latest.is_running:
            self.terminate(latest, f"{request.reason} (reset)")
        new.begin()
        return api.ResetWorkflowExecutionResponse(run_id=new.run.run_id)

    # Activities, by hand

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
        execution = WorkflowExecution(workflow_id=request.workflow_id, run_id=request.run_id)
        pending = self._activity(execution, request.activity_id)
        if not pending.is_started:
            raise NotFound("activity has not started")
        pending.complete(request.result)
        return api.RespondActivityTaskCompletedByIdResponse()

    def _respond_activity_task_failed_by_id(
        self, request: api.RespondActivityTaskFailedByIdRequest
    ) -> api.RespondActivityTaskFailedByIdResponse:
        execution = WorkflowExecution(workflow_id=request.workflow_id, run_id=request.run_id)
        pending = self._activity(execution, request.activity_id)
        if not pending.is_started:
            raise NotFound("activity has not started")
        pending.fail(request.failure, by_hand=True)
        return api.RespondActivityTaskFailedByIdResponse()

    def _activity(self, execution: WorkflowExecution, activity_id: str) -> PendingActivity:
        run = self._open(execution)
        for pending in run.activities.values():
            if pending.options.activity_id == activity_id:
                return pending
        raise NotFound(f"activity {activity_id} is not pending")

    def _find(self, execution: WorkflowExecution) -> Run:
        return self._server.find(execution.workflow_id, execution.run_id)

    def _open(self, execution: WorkflowExecution) -> Run:
        run = self._find(execution)
        if not run.is_running:
            raise NotFound("workflow execution already completed")
        return run


def _may_start_again(latest: Run, policy: int) -> bool:
    if policy == WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE:
        return False
    if policy == WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY:
        return latest.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED
    return True


def _already_started(run: Run) -> RPCError:
    message = "Workflow execution already started"
    status = GrpcStatus(code=RPCStatusCode.ALREADY_EXISTS, message=message)
    detail = WorkflowExecutionAlreadyStartedFailure(
        run_id=run.run_id, first_execution_run_id=run.start.first_execution_run_id
    )
    status.details.add().Pack(detail)
    return RPCError(message, RPCStatusCode.ALREADY_EXISTS, status.SerializeToString())


def _started(
    request: api.StartWorkflowExecutionRequest,
) -> WorkflowExecutionStartedEventAttributes:
    attributes = WorkflowExecutionStartedEventAttributes(
        workflow_type=request.workflow_type,
        task_queue=request.task_queue,
        cron_schedule=request.cron_schedule,
    )
    for name in ("input", "memo", "search_attributes", "header", "priority", "retry_policy"):
        if request.HasField(name):
            getattr(attributes, name).CopyFrom(getattr(request, name))
    if request.HasField("workflow_run_timeout"):
        attributes.workflow_run_timeout.CopyFrom(request.workflow_run_timeout)
    return attributes


def _pending(pending: PendingActivity) -> PendingActivityInfo:
    state = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    if pending.is_started:
        state = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    if pending.is_cancel_requested:
        state = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
    if pending.is_paused:
        state = PendingActivityState.PENDING_ACTIVITY_STATE_PAUSED
    info = PendingActivityInfo(
        activity_id=pending.options.activity_id,
        activity_type=pending.options.activity_type,
        state=state,
        attempt=pending.attempt,
        maximum_attempts=pending.options.retry_policy.maximum_attempts,
        scheduled_time=stamp_of(pending.scheduled_ns),
        paused=pending.is_paused,
    )
    if pending.last_failure:
        info.last_failure.CopyFrom(pending.last_failure)
    return info
