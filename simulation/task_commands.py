"""The commands of one workflow task, as the core gathers them from the workflow."""

from dataclasses import dataclass, field

from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import (
    CancelChildWorkflowExecution,
    CancelSignalWorkflow,
    CancelTimer,
    RequestCancelActivity,
    RequestCancelLocalActivity,
    ScheduleActivity,
    ScheduleLocalActivity,
    SetPatchMarker,
    StartChildWorkflowExecution,
    StartTimer,
    WorkflowCommand,
)

from simulation.commands import (
    CLOSING,
    CancelActivity,
    CancelChild,
    Command,
    LocalResult,
    local_marker,
    patch_commands,
)
from simulation.known import ActivityState, Known


@dataclass
class TaskCommands:
    """What a task asks of the server (`outgoing`), and what the core answers within the task.

    `locals` are local activities to run, `immediate` jobs that the workflow gets at once.
    `task_ns` is the start of the task, in nanoseconds since 1970.
    """

    known: Known
    outgoing: list[Command] = field(default_factory=list[Command])
    locals: list[ScheduleLocalActivity] = field(default_factory=list[ScheduleLocalActivity])
    immediate: list[WorkflowActivationJob] = field(default_factory=list[WorkflowActivationJob])
    patches: set[str] = field(default_factory=set[str])
    task_ns: int = 0
    is_over: bool = False

    def begin(self, task_ns: int) -> None:
        """Begin a task: nothing is asked for yet."""
        self.outgoing, self.task_ns = [], task_ns

    def take(self, command: WorkflowCommand) -> None:
        """Take in what the workflow asks for."""
        kind = command.WhichOneof("variant") or ""
        if self.is_over:
            return
        handler = getattr(self, f"_{kind}", None)
        if handler:
            handler(getattr(command, kind), command)
            return
        self.outgoing.append(command)
        self.is_over = kind in CLOSING

    def _schedule_local_activity(self, asked: ScheduleLocalActivity, _: WorkflowCommand) -> None:
        self.locals.append(asked)

    def _start_timer(self, asked: StartTimer, command: WorkflowCommand) -> None:
        self.known.timers.add(asked.seq)
        self.outgoing.append(command)

    def _cancel_timer(self, asked: CancelTimer, command: WorkflowCommand) -> None:
        if asked.seq not in self.known.timers:
            return  # it has fired with this very task
        if not self._drop("start_timer", asked.seq):
            self.outgoing.append(command)
        self.known.timers.discard(asked.seq)

    def _schedule_activity(self, asked: ScheduleActivity, command: WorkflowCommand) -> None:
        state = ActivityState(asked.seq, asked.activity_id, asked.activity_type)
        self.known.activities[asked.seq] = state
        self.outgoing.append(command)

    def _start_child_workflow_execution(
        self, asked: StartChildWorkflowExecution, command: WorkflowCommand
    ) -> None:
        self.known.child_ids[asked.seq] = asked.workflow_id
        self.outgoing.append(command)

    def _drop(self, kind: str, seq: int) -> bool:
        """Take back a command of this very task."""
        for command in self.outgoing:
            is_it = isinstance(command, WorkflowCommand) and command.WhichOneof("variant") == kind
            if is_it and getattr(command, kind).seq == seq:
                self.outgoing.remove(command)
                return True
        return False

    def _request_cancel_activity(self, asked: RequestCancelActivity, _: WorkflowCommand) -> None:
        state = self.known.activities[asked.seq]
        if state.is_resolved:
            return
        if not self._drop("schedule_activity", state.seq):
            self.outgoing.append(CancelActivity(state.scheduled_event))
        state.is_resolved = True
        self.immediate.append(state.cancelled())

    def _cancel_child_workflow_execution(
        self, asked: CancelChildWorkflowExecution, _: WorkflowCommand
    ) -> None:
        seq = asked.child_workflow_seq
        if not self._drop("start_child_workflow_execution", seq):
            self.outgoing.append(CancelChild(self.known.child_ids[seq], asked.reason))
            return
        job = WorkflowActivationJob()
        start = job.resolve_child_workflow_execution_start
        start.seq = seq
        start.cancelled.failure.message = "Child Workflow execution cancelled before scheduled"
        start.cancelled.failure.cause.canceled_failure_info.SetInParent()
        self.immediate.append(job)

    def _cancel_signal_workflow(self, asked: CancelSignalWorkflow, _: WorkflowCommand) -> None:
        """Take back a signal of this very task; one that was sent can't be."""
        seq = asked.seq
        if not self._drop("signal_external_workflow_execution", seq):
            return
        job = WorkflowActivationJob()
        job.resolve_signal_external_workflow.seq = seq
        failure = job.resolve_signal_external_workflow.failure
        failure.message = "Signal was cancelled before being sent"
        failure.canceled_failure_info.SetInParent()
        self.immediate.append(job)

    def _request_cancel_local_activity(
        self, asked: RequestCancelLocalActivity, _: WorkflowCommand
    ) -> None:
        """Cancel a local activity that was asked for in this very step, so that it never ran."""
        seq = asked.seq
        schedule = next(local for local in self.locals if local.seq == seq)
        self.locals.remove(schedule)
        state = ActivityState(seq, schedule.activity_id, schedule.activity_type)
        job = state.cancelled()
        job.resolve_activity.is_local = True
        self.immediate.append(job)
        now_ns = self.task_ns
        resolution = job.resolve_activity.result
        self.outgoing.append(local_marker(schedule, LocalResult(resolution, now_ns, now_ns), 1))

    def _set_patch_marker(self, patch: SetPatchMarker, _: WorkflowCommand) -> None:
        if patch.patch_id in self.patches:
            return
        self.patches.add(patch.patch_id)
        self.outgoing += patch_commands(patch, sorted(self.patches))
