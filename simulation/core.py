"""What the SDK's core does for one run: history in, activations of the workflow, commands out.

The order of jobs, the matching of commands with events, local activities and the immediate answer
to a cancelled activity are rebuilt here after the comments in the core's own protocol.
"""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import ScheduleLocalActivity, WorkflowCommand
from temporalio.worker import WorkflowInstance

from simulation.jobs import ActivityState, JobMaker, Known
from simulation.sdk import WorkflowSdk, activate
from simulation.segments import Segment, segments_of

CORE_FLAGS = (1, 2, 3, 4)
LOCAL_ACTIVITY = "core_local_activity"
PATCH = "core_patch"


class NonDeterminism(RuntimeError):
    """The workflow's commands are not those of its history."""


class Evicted(RuntimeError):
    """The run was given up while its task was under way."""


class TaskFailed(RuntimeError):
    """The workflow's code failed its task."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass
class Marker:
    """A marker that the core records itself."""

    name: str
    details: dict[str, Payload]
    failure: Failure | None = None


@dataclass
class CancelActivity:
    """Asks the server to cancel an activity, by the event that scheduled it."""

    scheduled_event: int


Command = WorkflowCommand | Marker | CancelActivity


@dataclass
class Completion:
    """What a workflow task is completed with."""

    commands: list[Command]
    lang_flags: list[int]
    is_first: bool


@dataclass
class LocalResult:
    """How a local activity ended, and when (nanoseconds since 1970)."""

    resolution: ActivityResolution
    began_ns: int
    ended_ns: int


RunLocal = Callable[[ScheduleLocalActivity], Awaitable[LocalResult]]

_RANKS = {
    "initialize_workflow": 0,
    "notify_has_patch": 1,
    "update_random_seed": 2,
    "signal_workflow": 3,
    "do_update": 3,
}


def _rank(job: WorkflowActivationJob) -> int:
    kind = job.WhichOneof("variant") or ""
    if kind == "resolve_activity" and job.resolve_activity.is_local:
        return 5
    return _RANKS.get(kind, 4)


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
    patches: set[str] = field(default_factory=set[str])
    is_over: bool = False
    is_evicted: bool = False
    _outgoing: list[Command] = field(default_factory=list[Command])
    _locals: list[ScheduleLocalActivity] = field(default_factory=list[ScheduleLocalActivity])
    _immediate: list[WorkflowActivationJob] = field(default_factory=list[WorkflowActivationJob])
    _task_ns: int = 0
    _new_flags: list[int] = field(default_factory=list[int])

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
        self._outgoing, self._new_flags = [], []
        self._task_ns = segment.started.event_time.ToNanoseconds()
        self._notice_patches(segment, jobs)
        if jobs:  # none: the task before only asked for more time
            activation = self._activation(segment, segment.started.event_time.ToNanoseconds())
            activation.jobs.extend(sorted(jobs, key=_rank))
            self._activate(activation)
        await self._until_quiet(segment, run_local)
        self.awaited.extend(self._outgoing)

    async def _until_quiet(self, segment: Segment, run_local: RunLocal) -> None:
        """Activate again as long as something is answered within the task."""
        last_ns = segment.started.event_time.ToNanoseconds() if segment.started else 0
        index = 1
        while self._immediate or self._locals:
            jobs, self._immediate = self._immediate, []
            if not jobs:
                if self.is_evicted:
                    raise Evicted(self.run_id)
                schedule = self._locals[0]
                if segment.is_replay and schedule.seq not in segment.locals:
                    return  # it ended in a later task
                self._locals.pop(0)
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
            self._take(command)

    def _take(self, command: WorkflowCommand) -> None:
        kind = command.WhichOneof("variant")
        if self.is_over:
            return
        match kind:
            case "schedule_local_activity":
                self._locals.append(command.schedule_local_activity)
            case "cancel_timer":
                if not self._drop("start_timer", command.cancel_timer.seq):
                    self._outgoing.append(command)
                self.known.timers.discard(command.cancel_timer.seq)
            case "start_timer":
                self.known.timers.add(command.start_timer.seq)
                self._outgoing.append(command)
            case "schedule_activity":
                schedule = command.schedule_activity
                state = ActivityState(schedule.seq, schedule.activity_id, schedule.activity_type)
                self.known.activities[schedule.seq] = state
                self._outgoing.append(command)
            case "request_cancel_activity":
                self._cancel_activity(command)
            case "set_patch_marker":
                self._patch(command)
            case "request_cancel_local_activity":
                self._cancel_local(command.request_cancel_local_activity.seq)
            case _:
                self._outgoing.append(command)
                self.is_over = self.is_over or kind in _CLOSING

    def _drop(self, kind: str, seq: int) -> bool:
        """Take back a command of this very task."""
        for command in self._outgoing:
            is_it = isinstance(command, WorkflowCommand) and command.WhichOneof("variant") == kind
            if is_it and getattr(command, kind).seq == seq:
                self._outgoing.remove(command)
                return True
        return False

    def _cancel_activity(self, command: WorkflowCommand) -> None:
        state = self.known.activities[command.request_cancel_activity.seq]
        if state.is_resolved:
            return
        if not self._drop("schedule_activity", state.seq):
            self._outgoing.append(CancelActivity(state.scheduled_event))
        state.is_resolved = True
        self._immediate.append(state.cancelled())

    def _cancel_local(self, seq: int) -> None:
        """Cancel a local activity that was asked for in this very step, so that it never ran."""
        schedule = next(one for one in self._locals if one.seq == seq)
        self._locals.remove(schedule)
        state = ActivityState(seq, schedule.activity_id, schedule.activity_type)
        job = state.cancelled()
        job.resolve_activity.is_local = True
        self._immediate.append(job)
        now_ns = self._task_ns
        resolution = job.resolve_activity.result
        self._outgoing.append(_local_marker(schedule, LocalResult(resolution, now_ns, now_ns), 1))

    def _patch(self, command: WorkflowCommand) -> None:
        patch = command.set_patch_marker
        if patch.patch_id in self.patches:
            return
        self.patches.add(patch.patch_id)
        document = json.dumps({"id": patch.patch_id, "deprecated": patch.deprecated})
        self._outgoing.append(Marker(PATCH, {"patch-data": _json(document.replace(": ", ":"))}))
        upsert = WorkflowCommand()
        fields = upsert.upsert_workflow_search_attributes.search_attributes.indexed_fields
        versions = json.dumps(sorted(self.patches))
        fields["TemporalChangeVersion"].CopyFrom(
            Payload(
                metadata={"encoding": b"json/plain", "type": b"KeywordList"},
                data=versions.encode(),
            )
        )
        self._outgoing.append(upsert)

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
            marker = _local_marker(schedule, result, index)
        self._outgoing.append(marker)
        job = WorkflowActivationJob()
        job.resolve_activity.seq = schedule.seq
        job.resolve_activity.is_local = True
        job.resolve_activity.result.CopyFrom(resolution)
        return job, ended_ns

    def _match(self, event: HistoryEvent) -> None:
        """Hold an event that a command led to against the next command."""
        kind = COMMAND_EVENTS[event.event_type]
        if not self.awaited:
            raise NonDeterminism(f"Event {event.event_id} ({kind}) has no command.")
        command = self.awaited.popleft()
        own = kind_of(command)
        if own != kind:
            raise NonDeterminism(f"Event {event.event_id} is {kind}, the command is {own}.")
        if not isinstance(command, WorkflowCommand):
            return
        problem = self.known.enter(event, command)
        if problem:
            raise NonDeterminism(f"Event {event.event_id}: {problem}")


def kind_of(command: Command) -> str:
    """Name what a command asks for."""
    if isinstance(command, Marker):
        return "marker"
    if isinstance(command, CancelActivity):
        return "request_cancel_activity"
    return command.WhichOneof("variant") or ""


def _json(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=text.encode())


def _moment(at_ns: int) -> dict[str, int]:
    return {"seconds": at_ns // 10**9, "nanos": at_ns % 10**9}


def _local_marker(schedule: ScheduleLocalActivity, result: LocalResult, index: int) -> Marker:
    document = {
        "seq": schedule.seq,
        "attempt": 1,
        "activity_id": schedule.activity_id,
        "activity_type": schedule.activity_type,
        "complete_time": _moment(result.ended_ns),
        "backoff": None,
        "original_schedule_time": _moment(result.began_ns),
        "activation_index": index,
    }
    details = {"data": _json(json.dumps(document, separators=(",", ":")))}
    if result.resolution.HasField("completed"):
        details["result"] = result.resolution.completed.result
        return Marker(LOCAL_ACTIVITY, details)
    if result.resolution.HasField("cancelled"):
        return Marker(LOCAL_ACTIVITY, details, result.resolution.cancelled.failure)
    return Marker(LOCAL_ACTIVITY, details, result.resolution.failed.failure)


_CLOSING = (
    "complete_workflow_execution",
    "fail_workflow_execution",
    "cancel_workflow_execution",
    "continue_as_new_workflow_execution",
)

COMMAND_EVENTS = {
    EventType.EVENT_TYPE_TIMER_STARTED: "start_timer",
    EventType.EVENT_TYPE_TIMER_CANCELED: "cancel_timer",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "schedule_activity",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED: "request_cancel_activity",
    EventType.EVENT_TYPE_MARKER_RECORDED: "marker",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upsert_workflow_search_attributes",
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: "modify_workflow_properties",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: "start_child_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "complete_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "fail_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "cancel_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continue_as_new_workflow_execution",
}
"""The events that follow from a command, and which one."""
