"""The commands of one workflow task, as the core gathers them from the workflow."""

from dataclasses import dataclass, field

from temporalio.bridge.proto.workflow_activation import WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import ScheduleLocalActivity, WorkflowCommand

from simulation.commands import (
    CLOSING,
    CancelActivity,
    Command,
    LocalResult,
    local_marker,
    patch_commands,
)
from simulation.jobs import ActivityState, Known


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
        kind = command.WhichOneof("variant")
        if self.is_over:
            return
        match kind:
            case "schedule_local_activity":
                self.locals.append(command.schedule_local_activity)
            case "cancel_timer":
                if not self._drop("start_timer", command.cancel_timer.seq):
                    self.outgoing.append(command)
                self.known.timers.discard(command.cancel_timer.seq)
            case "start_timer":
                self.known.timers.add(command.start_timer.seq)
                self.outgoing.append(command)
            case "schedule_activity":
                schedule = command.schedule_activity
                state = ActivityState(schedule.seq, schedule.activity_id, schedule.activity_type)
                self.known.activities[schedule.seq] = state
                self.outgoing.append(command)
            case "request_cancel_activity":
                self._cancel_activity(command)
            case "set_patch_marker":
                self._patch(command)
            case "request_cancel_local_activity":
                self._cancel_local(command.request_cancel_local_activity.seq)
            case _:
                self.outgoing.append(command)
                self.is_over = self.is_over or kind in CLOSING

    def _drop(self, kind: str, seq: int) -> bool:
        """Take back a command of this very task."""
        for command in self.outgoing:
            is_it = isinstance(command, WorkflowCommand) and command.WhichOneof("variant") == kind
            if is_it and getattr(command, kind).seq == seq:
                self.outgoing.remove(command)
                return True
        return False

    def _cancel_activity(self, command: WorkflowCommand) -> None:
        state = self.known.activities[command.request_cancel_activity.seq]
        if state.is_resolved:
            return
        if not self._drop("schedule_activity", state.seq):
            self.outgoing.append(CancelActivity(state.scheduled_event))
        state.is_resolved = True
        self.immediate.append(state.cancelled())

    def _cancel_local(self, seq: int) -> None:
        """Cancel a local activity that was asked for in this very step, so that it never ran."""
        schedule = next(local for local in self.locals if local.seq == seq)
        self.locals.remove(schedule)
        state = ActivityState(seq, schedule.activity_id, schedule.activity_type)
        job = state.cancelled()
        job.resolve_activity.is_local = True
        self.immediate.append(job)
        now_ns = self.task_ns
        resolution = job.resolve_activity.result
        self.outgoing.append(local_marker(schedule, LocalResult(resolution, now_ns, now_ns), 1))

    def _patch(self, command: WorkflowCommand) -> None:
        patch = command.set_patch_marker
        if patch.patch_id in self.patches:
            return
        self.patches.add(patch.patch_id)
        self.outgoing += patch_commands(patch, sorted(self.patches))
