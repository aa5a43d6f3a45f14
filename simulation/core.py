"""What the SDK's core does for one run: history in, activations of the workflow, commands out.

The order of jobs, the matching of commands with events, local activities and the immediate answer
to a cancelled activity are rebuilt here after the comments in the core's own protocol.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import ScheduleLocalActivity, WorkflowCommand
from temporalio.worker import WorkflowInstance

from simulation.commands import (
    COMMAND_EVENTS,
    LOCAL_ACTIVITY,
    Command,
    Completion,
    LocalResult,
    Marker,
    command_of,
    kind_of,
    local_marker,
)
from simulation.jobs import JobMaker, in_order
from simulation.known import Known
from simulation.sdk import WorkflowSdk, activate
from simulation.segments import Segment, segments_of
from simulation.task_commands import TaskCommands

CORE_FLAGS = (1, 2, 3, 4)


class NonDeterminism(RuntimeError):
    """The workflow's commands are not those of its history."""


class Evicted(RuntimeError):
    """The run was given up while its task was under way."""


class TaskFailed(RuntimeError):
    """The workflow's code failed its task."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


RunLocal = Callable[[ScheduleLocalActivity], Awaitable[LocalResult]]


@dataclass
class CoreRun:
    """One run in a worker's memory."""

    sdk: WorkflowSdk
    run_id: str
    workflow_id: str
    instance: WorkflowInstance | None = None
    last_started: int = 0
    known: Known = field(default_factory=Known)
    awaited: deque[Command] = field(default_factory=deque[Command])
    flags: set[int] = field(default_factory=set[int])
    is_evicted: bool = False
    _new_flags: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self._commands = TaskCommands(self.known)

    @property
    def is_over(self) -> bool:
        """Whether the workflow has ended."""
        return self._commands.is_over

    async def handle(self, events: Sequence[HistoryEvent], run_local: RunLocal) -> Completion:
        """Take in the events since the last task and give what this task is completed with.

        Raises: NonDeterminism, TaskFailed.
        """
        is_first = self.last_started == 0 and not any(
            event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in events
        )
        for segment in segments_of(events):
            await self._run_segment(segment, run_local)
        return Completion(list(self.awaited), self._new_flags, is_first)

    def query(self, activation: WorkflowActivation) -> WorkflowCommand:
        """Let the workflow answer a query; it is activated with nothing else."""
        assert self.instance
        completion = activate(self.instance, activation)
        return completion.successful.commands[0]

    def evict(self) -> None:
        """Let the workflow's tasks end without doing anything."""
        self.is_evicted = True
        if self.instance is None:
            return
        activation = WorkflowActivation(run_id=self.run_id)
        activation.jobs.add().remove_from_cache.message = "evicted"
        activate(self.instance, activation)
        self.instance = None

    async def _run_segment(self, segment: Segment, run_local: RunLocal) -> None:
        if segment.completed:
            self.flags.update(
                segment.completed.workflow_task_completed_event_attributes.sdk_metadata.lang_used_flags
            )
        jobs = self._jobs(segment)
        if not segment.started:  # what the last task led to, and no new task
            return
        self.last_started = segment.started.event_id
        self._new_flags = []
        self._commands.begin(segment.started.event_time.ToNanoseconds())
        self._notice_patches(segment, jobs)
        if jobs:  # none: the task before only asked for more time
            activation = self._activation(segment, segment.started.event_time.ToNanoseconds())
            activation.jobs.extend(in_order(jobs))
            self._activate(activation)
        await self._until_quiet(segment, run_local)
        self.awaited.extend(self._commands.outgoing)

    async def _until_quiet(self, segment: Segment, run_local: RunLocal) -> None:
        """Activate again as long as something is answered within the task."""
        last_ns = segment.started.event_time.ToNanoseconds() if segment.started else 0
        index = 1
        while self._commands.immediate or self._commands.locals:
            jobs, self._commands.immediate = self._commands.immediate, []
            if not jobs:
                if self.is_evicted:
                    raise Evicted(self.run_id)
                schedule = self._commands.locals[0]
                if segment.is_replay and schedule.seq not in segment.locals:
                    return  # it ended in a later task
                self._commands.locals.pop(0)
                job, last_ns = await self._local(schedule, segment, run_local, index)
                jobs = [job]
            index += 1
            activation = self._activation(segment, last_ns)
            activation.jobs.extend(jobs)
            self._activate(activation)

    def _jobs(self, segment: Segment) -> list[WorkflowActivationJob]:
        maker = JobMaker(self.known, self.workflow_id)
        jobs: list[WorkflowActivationJob] = []
        for event in segment.events:
            if event.event_type in COMMAND_EVENTS:
                self._match(event)
            else:
                jobs += maker.jobs(event)
        return jobs

    def _activation(self, segment: Segment, at_ns: int) -> WorkflowActivation:
        started = segment.started
        assert started
        activation = WorkflowActivation(
            run_id=self.run_id,
            is_replaying=segment.is_replay,
            history_length=started.event_id,
            continue_as_new_suggested=started.workflow_task_started_event_attributes.suggest_continue_as_new,
            available_internal_flags=sorted(self.flags | segment.next_flags),
        )
        activation.timestamp.FromNanoseconds(at_ns)
        return activation

    def _activate(self, activation: WorkflowActivation) -> None:
        if self.is_evicted:
            raise Evicted(self.run_id)
        if self.instance is None:
            start = next(
                job.initialize_workflow
                for job in activation.jobs
                if job.HasField("initialize_workflow")
            )
            self.instance = self.sdk.create(activation, start)
        completion = activate(self.instance, activation)
        if completion.HasField("failed"):
            raise TaskFailed(completion.failed.failure)
        used = completion.successful.used_internal_flags
        self._new_flags += [flag for flag in used if flag not in self.flags]
        self.flags.update(used)
        for command in completion.successful.commands:
            self._commands.take(command)

    def _notice_patches(self, segment: Segment, jobs: list[WorkflowActivationJob]) -> None:
        for patch in segment.patches:
            job = WorkflowActivationJob()
            job.notify_has_patch.patch_id = patch
            jobs.append(job)

    async def _local(
        self, schedule: ScheduleLocalActivity, segment: Segment, run_local: RunLocal, index: int
    ) -> tuple[WorkflowActivationJob, int]:
        """Run a local activity, or take its result from history; gives its end (nanoseconds)."""
        recorded = segment.locals.get(schedule.seq)
        if recorded:
            resolution, ended_ns = recorded.resolution, recorded.ended_ns
            marker = Marker(LOCAL_ACTIVITY, {})
        else:
            result = await run_local(schedule)
            resolution, ended_ns = result.resolution, result.ended_ns
            marker = local_marker(schedule, result, index)
        self._commands.outgoing.append(marker)
        job = WorkflowActivationJob()
        job.resolve_activity.seq = schedule.seq
        job.resolve_activity.is_local = True
        job.resolve_activity.result.CopyFrom(resolution)
        return job, ended_ns

    def _match(self, event: HistoryEvent) -> None:
        """Hold an event that a command led to against the next command."""
        kind = command_of(event)
        if not self.awaited:
            raise NonDeterminism(f"Event {event.event_id} ({kind}) has no command.")
        command = self.awaited.popleft()
        own = kind_of(command)
        if own != kind:
            raise NonDeterminism(f"Event {event.event_id} is {kind}, the command is {own}.")
        if not isinstance(command, WorkflowCommand):
            return
        problem = self.known.apply(event, command)
        if problem:
            raise NonDeterminism(f"Event {event.event_id}: {problem}")
