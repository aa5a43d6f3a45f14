"""What a workflow's commands ask of other workflows: children, signals, cancellation."""

from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import Payloads, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from simulation.server.run import Run

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer


class OtherWorkflowCommands:
    """Carries out the commands of one task that are about other workflows."""

    def __init__(self, server: "SimulatedServer", run: Run, completed: int) -> None:
        self._server = server
        self._run = run
        self._completed = completed

    def _write(
        self, kind: int, command: WorkflowCommand | None = None, **values: Any
    ) -> HistoryEvent:
        has_words = command is not None and command.HasField("user_metadata")
        return self._run.append(
            kind,
            workflow_task_completed_event_id=self._completed,
            user_metadata=command.user_metadata if command and has_words else None,
            **values,
        )

    def _start_child_workflow_execution(self, asked: Any, command: WorkflowCommand) -> None:
        event = self._write(
            EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
            command,
            namespace="default",
            workflow_id=asked.workflow_id,
            workflow_type=WorkflowType(name=asked.workflow_type),
            task_queue=TaskQueue(name=asked.task_queue or self._run.start.task_queue.name),
            input=Payloads(payloads=asked.input),
            parent_close_policy=asked.parent_close_policy,
            workflow_id_reuse_policy=asked.workflow_id_reuse_policy,
        )
        self._server.clock.soon(self._server.children.start, self._run, event)

    def _signal_external_workflow_execution(self, asked: Any, command: WorkflowCommand) -> None:
        target = asked.workflow_execution
        event = self._write(
            EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
            command,
            namespace="default",
            workflow_execution=WorkflowExecution(
                workflow_id=asked.child_workflow_id or target.workflow_id, run_id=target.run_id
            ),
            signal_name=asked.signal_name,
            input=Payloads(payloads=asked.args),
            child_workflow_only=bool(asked.child_workflow_id),
        )
        self._server.clock.soon(self._server.external.signal, self._run, event)

    def _cancel_child(self, workflow_id: str, reason: str) -> None:
        event = self._write(
            EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            child_workflow_only=True,
            reason=reason,
        )
        self._server.clock.soon(self._server.external.cancel, self._run, event)

    def _request_cancel_external_workflow_execution(
        self, asked: Any, command: WorkflowCommand
    ) -> None:
        target = asked.workflow_execution
        event = self._write(
            EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
            command,
            namespace="default",
            workflow_execution=WorkflowExecution(
                workflow_id=target.workflow_id, run_id=target.run_id
            ),
            reason=asked.reason,
        )
        self._server.clock.soon(self._server.external.cancel, self._run, event)
