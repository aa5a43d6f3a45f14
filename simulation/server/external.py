"""What a workflow asks of another one: signals, and cancellation of its children."""

from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    CancelExternalWorkflowExecutionFailedCause,
    EventType,
    SignalExternalWorkflowExecutionFailedCause,
)
from temporalio.api.history.v1 import HistoryEvent

from simulation.server.pollers import NotFound
from simulation.server.run import Run

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer

_NOT_FOUND = "EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND"
_SIGNAL_LOST = SignalExternalWorkflowExecutionFailedCause.Value(f"SIGNAL_{_NOT_FOUND}")
_CANCEL_LOST = CancelExternalWorkflowExecutionFailedCause.Value(f"CANCEL_{_NOT_FOUND}")


class ExternalRequests:
    """Brings what one workflow asks to the other, and says to the first what came of it."""

    def __init__(self, server: "SimulatedServer") -> None:
        self._server = server

    def signal(self, run: Run, initiated: HistoryEvent) -> None:
        """Signal another workflow's latest run, if it is open."""
        asked = initiated.signal_external_workflow_execution_initiated_event_attributes
        target = self._open(asked.workflow_execution)
        if target is None:
            kind = EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED
            self._answer(run, initiated, asked.workflow_execution, kind, cause=_SIGNAL_LOST)
            return
        self._server.happen(
            target,
            lambda: target.append(
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
                signal_name=asked.signal_name,
                input=asked.input,
                identity="history-service",
            ),
        )
        kind = EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED
        self._answer(run, initiated, asked.workflow_execution, kind)

    def cancel(self, run: Run, initiated: HistoryEvent) -> None:
        """Ask another workflow's latest run to cancel, if it is open."""
        asked = initiated.request_cancel_external_workflow_execution_initiated_event_attributes
        target = self._open(asked.workflow_execution)
        if target is None:
            kind = EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED
            self._answer(run, initiated, asked.workflow_execution, kind, cause=_CANCEL_LOST)
            return
        self._server.request_cancel(target, asked.reason)
        kind = EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED
        self._answer(run, initiated, asked.workflow_execution, kind)

    def _open(self, execution: WorkflowExecution) -> Run | None:
        try:
            return self._server.find_running(execution)
        except NotFound:
            return None

    def _answer(
        self,
        run: Run,
        initiated: HistoryEvent,
        execution: WorkflowExecution,
        kind: int,
        **values: Any,
    ) -> None:
        self._server.happen(
            run,
            lambda: run.append(
                kind,
                initiated_event_id=initiated.event_id,
                workflow_execution=execution,
                **values,
            ),
        )
