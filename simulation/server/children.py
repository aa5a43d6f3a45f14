"""Children of a run: their starts, what their parent hears of them, what its end means to them."""

from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    EventType,
    ParentClosePolicy,
    RetryState,
    StartChildWorkflowExecutionFailedCause,
)
from temporalio.api.history.v1 import HistoryEvent, WorkflowExecutionStartedEventAttributes

from simulation.server.run import Run, attributes_of
from simulation.server.starts import may_start_again

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer

_EXISTS = StartChildWorkflowExecutionFailedCause.Value(
    "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS"
)
_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "COMPLETED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "FAILED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "CANCELED",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "TIMED_OUT",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "TERMINATED",
}


class Children:
    """The ties between parents and children."""

    def __init__(self, server: "SimulatedServer") -> None:
        self._server = server

    def start(self, parent: Run, initiated: HistoryEvent) -> None:
        """Begin a child; its parent hears that it began, or that its id is taken."""
        if not parent.is_running:
            return
        asked = initiated.start_child_workflow_execution_initiated_event_attributes
        latest = self._server.latest(asked.workflow_id)
        is_taken = latest and (
            latest.is_running or not may_start_again(latest, asked.workflow_id_reuse_policy)
        )
        if is_taken:
            self._hear(
                parent,
                EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED,
                initiated_event_id=initiated.event_id,
                workflow_id=asked.workflow_id,
                workflow_type=asked.workflow_type,
                cause=_EXISTS,
            )
            return
        attributes = WorkflowExecutionStartedEventAttributes(
            workflow_type=asked.workflow_type, task_queue=asked.task_queue, input=asked.input
        )
        attributes.parent_workflow_execution.workflow_id = parent.workflow_id
        attributes.parent_workflow_execution.run_id = parent.run_id
        child = self._server.start(
            asked.workflow_id, attributes, parent=(parent, initiated.event_id)
        )
        parent.children[initiated.event_id] = child.run_id
        self._hear(
            parent,
            EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
            initiated_event_id=initiated.event_id,
            workflow_execution=WorkflowExecution(
                workflow_id=child.workflow_id, run_id=child.run_id
            ),
            workflow_type=asked.workflow_type,
        )

    def ended(self, run: Run, event: HistoryEvent) -> None:
        """Tell the parent of a run how it ended; a run that is continued has not."""
        name = _ENDS.get(event.event_type)
        if run.parent is None or name is None:
            return
        parent, initiated = run.parent
        values: dict[str, Any] = {"initiated_event_id": initiated}
        ended = attributes_of(event)
        if name == "COMPLETED":
            values["result"] = ended.result
        elif name == "FAILED":
            values["failure"] = ended.failure
            values["retry_state"] = RetryState.RETRY_STATE_RETRY_POLICY_NOT_SET
        execution = WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id)
        kind = EventType.Value(f"EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_{name}")
        self._hear(
            parent,
            kind,
            workflow_execution=execution,
            workflow_type=run.start.workflow_type,
            **values,
        )

    def parent_ended(self, parent: Run) -> None:
        """Do to the children what they were started with for this case."""
        if parent.was_reset:
            return
        for initiated, run_id in parent.children.items():
            asked = parent.history[
                initiated - 1
            ].start_child_workflow_execution_initiated_event_attributes
            child = self._server.latest(self._server.by_run[run_id].workflow_id)
            if child is None or not child.is_running or child.parent != (parent, initiated):
                continue
            if asked.parent_close_policy == ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL:
                self._server.request_cancel(child, "by parent close policy")
            elif asked.parent_close_policy == ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE:
                self._server.terminate(child, "by parent close policy")

    def _hear(self, parent: Run, kind: int, **values: Any) -> None:
        self._server.happen(parent, lambda: parent.append(kind, **values))
