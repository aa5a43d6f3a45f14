"""What a completed workflow task makes of a run: each command becomes an event and its effect."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import (
    ActivityType,
    Memo,
    Payloads,
    RetryPolicy,
    SearchAttributes,
)
from temporalio.api.enums.v1 import EventType, RetryState, WorkflowExecutionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from simulation.commands import CLOSING, CancelActivity, CancelChild, Command, Marker
from simulation.server.clock import seconds_of
from simulation.server.other_workflow_commands import OtherWorkflowCommands
from simulation.server.run_values import set_attributes, set_memo


def closes(command: Command) -> bool:
    """Whether a command ends its run."""
    return isinstance(command, WorkflowCommand) and command.WhichOneof("variant") in CLOSING


class CommandHandler(OtherWorkflowCommands):
    """Carries out the commands of one task."""

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Write the events of all commands and do what they ask for."""
        for command in commands:
            if isinstance(command, Marker):
                self._marker(command)
                continue
            if isinstance(command, CancelActivity):
                self._cancel_activity(command.scheduled_event)
                continue
            if isinstance(command, CancelChild):
                self._cancel_child(command.workflow_id, command.reason)
                continue
            kind = command.WhichOneof("variant") or ""
            handler = getattr(self, f"_{kind}", None)
            if handler is None:
                raise NotImplementedError(f"The simulated server knows no command {kind}.")
            handler(getattr(command, kind), command)

    def _marker(self, marker: Marker) -> None:
        event = self._write(EventType.EVENT_TYPE_MARKER_RECORDED, marker_name=marker.name)
        attributes = event.marker_recorded_event_attributes
        for name, payload in marker.details.items():
            attributes.details[name].payloads.append(payload)
        if marker.failure:
            attributes.failure.CopyFrom(marker.failure)

    def _start_timer(self, asked: Any, command: WorkflowCommand) -> None:
        timer_id = str(asked.seq)
        event = self._write(
            EventType.EVENT_TYPE_TIMER_STARTED,
            command,
            timer_id=timer_id,
            start_to_fire_timeout=asked.start_to_fire_timeout,
        )
        self._server.start_timer(
            self._run, timer_id, event.event_id, seconds_of(asked.start_to_fire_timeout)
        )

    def _cancel_timer(self, asked: Any, command: WorkflowCommand) -> None:
        timer_id, run = str(asked.seq), self._run
        timer = run.timers.pop(timer_id, None)
        if timer:
            timer.cancel()
        run.undo(f"timer {timer_id}")
        self._write(
            EventType.EVENT_TYPE_TIMER_CANCELED,
            command,
            timer_id=timer_id,
            started_event_id=run.timer_events[timer_id],
            identity="worker",
        )

    def _schedule_activity(self, asked: Any, command: WorkflowCommand) -> None:
        policy = RetryPolicy()
        policy.CopyFrom(asked.retry_policy)
        policy.initial_interval.CopyFrom(asked.retry_policy.initial_interval)
        if not policy.HasField("initial_interval") or not seconds_of(policy.initial_interval):
            policy.initial_interval.seconds = 1
        policy.backoff_coefficient = policy.backoff_coefficient or 2.0
        if not seconds_of(policy.maximum_interval):
            policy.maximum_interval.FromNanoseconds(
                round(seconds_of(policy.initial_interval) * 100e9)
            )
        event = self._write(
            EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
            command,
            activity_id=asked.activity_id,
            activity_type=ActivityType(name=asked.activity_type),
            task_queue=TaskQueue(name=asked.task_queue or self._run.start.task_queue.name),
            input=Payloads(payloads=asked.arguments),
            schedule_to_close_timeout=asked.schedule_to_close_timeout,
            schedule_to_start_timeout=Duration(),
            start_to_close_timeout=asked.start_to_close_timeout,
            heartbeat_timeout=asked.heartbeat_timeout,
            retry_policy=policy,
        )
        self._server.matching.schedule_activity(self._run, event)

    def _cancel_activity(self, scheduled_event: int) -> None:
        self._write(
            EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, scheduled_event_id=scheduled_event
        )
        pending = self._run.activities.get(scheduled_event)
        if pending is None:
            return
        pending.is_cancel_requested = True
        if not pending.is_started:
            pending.cancel_before_start()

    def _upsert_workflow_search_attributes(self, asked: Any, _command: WorkflowCommand) -> None:
        upsert = SearchAttributes()
        upsert.CopyFrom(asked.search_attributes)
        self._write(
            EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, search_attributes=upsert
        )
        set_attributes(self._run, upsert)
        self._server.visibility.note(self._run)

    def _modify_workflow_properties(self, asked: Any, _command: WorkflowCommand) -> None:
        upsert = Memo()
        upsert.CopyFrom(asked.upserted_memo)
        self._write(EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, upserted_memo=upsert)
        set_memo(self._run, upsert)
        self._server.visibility.note(self._run)

    def _complete_workflow_execution(self, asked: Any, _command: WorkflowCommand) -> None:
        result = Payloads(payloads=[asked.result]) if asked.HasField("result") else None
        event = self._write(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, result=result)
        self._server.close(
            self._run, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED, event
        )

    def _fail_workflow_execution(self, asked: Any, _command: WorkflowCommand) -> None:
        policy = self._run.start.HasField("retry_policy")
        state = RetryState.RETRY_STATE_RETRY_POLICY_NOT_SET
        if policy:
            state = RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE
        event = self._write(
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
            failure=asked.failure,
            retry_state=state,
        )
        self._server.close(
            self._run, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED, event
        )

    def _cancel_workflow_execution(self, _asked: Any, _command: WorkflowCommand) -> None:
        event = self._write(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED)
        self._server.close(
            self._run, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED, event
        )

    def _continue_as_new_workflow_execution(self, asked: Any, _command: WorkflowCommand) -> None:
        run = self._run
        memo = Memo()
        for name, payload in (asked.memo or run.memo).items():
            memo.fields[name].CopyFrom(payload)
        attributes = SearchAttributes()
        for name, payload in run.attributes.items():
            attributes.indexed_fields[name].CopyFrom(payload)
        new_run_id = self._server.new_run_id()
        event = self._write(
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
            new_execution_run_id=new_run_id,
            workflow_type=run.start.workflow_type,
            task_queue=run.start.task_queue,
            input=Payloads(payloads=asked.arguments),
            memo=memo,
            search_attributes=attributes,
        )
        status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
        self._server.close(run, status, event)
        self._server.continue_run(run, event)
