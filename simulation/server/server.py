"""The server itself: starts, tasks, timers, endings."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    ContinueAsNewInitiator,
    EventType,
    TimeoutType,
    WorkflowExecutionStatus,
    WorkflowTaskFailedCause,
)
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent, WorkflowExecutionStartedEventAttributes
from temporalio.bridge.proto.activity_task import ActivityTask

from simulation.choices import Choices
from simulation.core import Completion
from simulation.server.activities import PendingActivity
from simulation.server.clock import ServerClock
from simulation.server.commands import CommandHandler, closes
from simulation.server.pollers import Poller, WorkflowTaskGiven
from simulation.server.run import Buffered, Run, WorkflowTask, attributes_of, make_event
from simulation.server.visibility import Visibility

STICKY = 2.0
"""Seconds for which a task waits for the worker that knows its run, as worker.py asks for."""

TASK_TIMEOUT = 10.0
SUGGEST_AT = 4096

Tell = Callable[[str], None]


class NotFound(LookupError):
    """What a worker or a client asks for is not there, or not any more."""


@dataclass
class Ends:
    """What a simulation watches: workflow tasks that failed, and how often that happened."""

    failed_tasks: list[str] = field(default_factory=list[str])


class Server:
    """Keeps all runs; `tell` hears what happens, in plain words."""

    def __init__(self, choices: Choices, clock: ServerClock, tell: Tell) -> None:
        self.choices = choices
        self.clock = clock
        self.tell = tell
        self.runs: dict[str, list[Run]] = {}
        self.by_run: dict[str, Run] = {}
        self.visibility = Visibility(clock, choices)
        self.pollers: list[Poller] = []
        self.watch = Ends()
        self._waiting_runs: list[Run] = []
        self._waiting_activities: list[PendingActivity] = []

    # Runs

    def new_run_id(self) -> str:
        """Draw the id of a run."""
        return str(self.choices.uuid("run id"))

    def latest(self, workflow_id: str) -> Run | None:
        """Give the latest run of a workflow."""
        runs = self.runs.get(workflow_id)
        return runs[-1] if runs else None

    def find(self, workflow_id: str, run_id: str = "") -> Run:
        """Find a run, the latest unless one is named; NotFound."""
        run = self.by_run.get(run_id) if run_id else self.latest(workflow_id)
        if run is None or run.workflow_id != workflow_id:
            raise NotFound(f"workflow not found for ID: {workflow_id}")
        return run

    def start(
        self,
        workflow_id: str,
        attributes: WorkflowExecutionStartedEventAttributes,
        *,
        run_id: str = "",
        request_id: str = "",
        parent: tuple[Run, int] | None = None,
        after: float = 0.0,
    ) -> Run:
        """Begin a run; whether it may begin is the caller's business."""
        run = Run(self.clock, workflow_id, run_id or self.new_run_id(), request_id=request_id)
        event = run.append(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
        begun = event.workflow_execution_started_event_attributes
        begun.CopyFrom(attributes)
        begun.workflow_id, begun.identity = workflow_id, "client"
        begun.original_execution_run_id = run.run_id
        begun.first_execution_run_id = begun.first_execution_run_id or run.run_id
        begun.attempt = begun.attempt or 1
        begun.workflow_task_timeout.seconds = int(TASK_TIMEOUT)
        run.memo = dict(begun.memo.fields)
        run.attributes = dict(begun.search_attributes.indexed_fields)
        run.parent = parent
        self.enter(run)
        if after:
            self.clock.later(after, self.schedule_task, run)
        else:
            self.schedule_task(run)
        return run

    def enter(self, run: Run) -> None:
        """Let a run be found."""
        self.runs.setdefault(run.workflow_id, []).append(run)
        self.by_run[run.run_id] = run
        self.visibility.note(run)

    def continue_run(self, run: Run, event: HistoryEvent) -> None:
        """Begin the run in which another one goes on."""
        ended = event.workflow_execution_continued_as_new_event_attributes
        attributes = WorkflowExecutionStartedEventAttributes(
            workflow_type=run.start.workflow_type,
            task_queue=run.start.task_queue,
            input=ended.input,
            header=run.start.header,
            memo=ended.memo,
            search_attributes=ended.search_attributes,
            continued_execution_run_id=run.run_id,
            first_execution_run_id=run.start.first_execution_run_id,
            initiator=ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_WORKFLOW,
            priority=run.start.priority,
        )
        self.start(run.workflow_id, attributes, run_id=ended.new_execution_run_id)

    def close(self, run: Run, status: int, event: HistoryEvent) -> None:
        """End a run; its activities go on, and nobody waits for them any more."""
        run.status, run.close_ns = status, event.event_time.ToNanoseconds()
        run.task = None
        for timer in run.timers.values():
            timer.cancel()
        run.timers.clear()
        for pending in run.activities.values():
            pending.drop()
        if not run.is_terminated:
            run.activities.clear()
        self.visibility.note(run)
        run.note(event)
        self.tell(f"{run.workflow_id} run {run.run_id[:8]} closed: {_how(event)}")
        if run.parent:
            self._tell_parent(run, event)
        self._begin_next(run)

    def _begin_next(self, run: Run) -> None:
        """Begin what a cron schedule or a retry policy asks for after the end of a run."""
        completed = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED
        failed = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED
        timed_out = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT
        begun, attributes = run.start, WorkflowExecutionStartedEventAttributes()
        policy = begun.retry_policy
        is_again = run.status == timed_out and begun.HasField("retry_policy")
        if is_again and begun.attempt < policy.maximum_attempts:
            initiator = ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_RETRY
            attempt = begun.attempt + 1
        elif begun.cron_schedule and run.status in (completed, failed, timed_out):
            initiator = ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE
            attempt = 1
        else:
            return
        attributes.CopyFrom(begun)
        attributes.continued_execution_run_id, attributes.attempt = run.run_id, attempt
        attributes.initiator = initiator
        self.start(run.workflow_id, attributes, after=1.0)

    # Workflow tasks

    def happen(self, run: Run, write: Callable[[], None], name: str = "") -> None:
        """Write what happened to a run, once no worker has its workflow task in hand."""
        if not run.is_running:
            return
        if run.is_task_started:
            run.buffered.append(Buffered(write, name))
            return
        write()
        run.note(run.history[-1])
        self.schedule_task(run)

    def schedule_task(self, run: Run) -> None:
        """Have a worker look at a run."""
        if run.task is not None or not run.is_running or run.is_paused:
            return
        run.tasks_given += 1
        sticky = run.sticky if run.sticky and run.sticky.is_connected else None
        run.task = WorkflowTask(
            run.tasks_given, run.task_attempt, self.clock.now_ns(), sticky=sticky
        )
        if run.task_attempt == 1:
            run.task.scheduled_event = self._task_scheduled(run).event_id
        if sticky:
            run.task.timer = self.clock.later(STICKY, self._sticky_timeout, run, run.task)
        self._offer_run(run)

    def _task_scheduled(self, run: Run) -> HistoryEvent:
        return run.append(
            EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
            task_queue=run.start.task_queue,
            attempt=run.task_attempt,
        )

    def _offer_run(self, run: Run) -> None:
        task = run.task
        if task is None or task.started_ns:
            return
        poller = task.sticky or self._any_poller(f"worker for task of {run.workflow_id}")
        if poller is None:
            if run not in self._waiting_runs:
                self._waiting_runs.append(run)
            return
        # Between the poll and the start of a task there is matching, which takes a moment.
        pause = self.choices.number("matching", 0.001, 0.01)
        self.clock.later(pause, self._start_task, run, task, poller)

    def _any_poller(self, name: str) -> Poller | None:
        free = [one for one in self.pollers if one.is_connected]
        return self.choices.pick(name, free) if free else None

    def _sticky_timeout(self, run: Run, task: WorkflowTask) -> None:
        if run.task is not task or task.started_ns:
            return
        run.append(
            EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
            scheduled_event_id=task.scheduled_event,
            timeout_type=TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START,
        )
        run.task, run.sticky = None, None
        self.schedule_task(run)

    def _start_task(self, run: Run, task: WorkflowTask, poller: Poller) -> None:
        if run.task is not task or task.started_ns or run.is_paused:
            return
        if not poller.is_connected:
            if task.sticky is None:
                self._offer_run(run)
            return
        if task.timer:
            task.timer.cancel()
        task.started_ns = self.clock.now_ns()
        events = self._events_of_task(run, task)
        task.timer = self.clock.later(TASK_TIMEOUT, self._task_timeout, run, task)
        is_whole = task.sticky is None
        first = 0 if is_whole else run.previous_started
        given = WorkflowTaskGiven(
            run.workflow_id, run.run_id, task.number, events[first:], is_whole, run.previous_started
        )
        self._send(poller, poller.take_workflow, given)

    def _events_of_task(self, run: Run, task: WorkflowTask) -> list[HistoryEvent]:
        """Write the start of a task, or keep it back for one that is tried again."""
        if task.attempt == 1:
            event = run.append(
                EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
                scheduled_event_id=task.scheduled_event,
                identity="worker",
                suggest_continue_as_new=len(run.history) > SUGGEST_AT,
            )
            task.started_event = event.event_id
            return list(run.history)
        number = len(run.history) + 1
        scheduled = make_event(
            EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
            number,
            task.scheduled_ns,
            task_queue=run.start.task_queue,
            attempt=task.attempt,
        )
        started = make_event(
            EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
            number + 1,
            task.started_ns,
            scheduled_event_id=number,
            identity="worker",
        )
        task.transient, task.started_event = [scheduled, started], number + 1
        task.scheduled_event = number
        return [*run.history, scheduled, started]

    def _send(self, poller: Poller, take: Callable[..., None], given: object) -> None:
        """Let something travel to a worker; a dead one never gets it."""
        pause = self.choices.number("to worker", 0.001, 0.02)
        self.clock.later(pause, poller.process.context().run, take, given)

    def _task_timeout(self, run: Run, task: WorkflowTask) -> None:
        if run.task is not task:
            return
        self.tell(f"workflow task of {run.workflow_id} times out")
        if task.attempt == 1:
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
                scheduled_event_id=task.scheduled_event,
                started_event_id=task.started_event,
                timeout_type=TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE,
            )
        self._task_over(run, attempt=task.attempt + 1)

    def _task_over(self, run: Run, attempt: int) -> None:
        """Go on after a task that led to nothing."""
        run.task, run.sticky, run.task_attempt = None, None, attempt
        if self._flush(run):
            run.task_attempt = 1
        self.schedule_task(run)

    def _flush(self, run: Run) -> bool:
        buffered, run.buffered = run.buffered, []
        for item in buffered:
            item.write()
        if buffered:
            run.note(run.history[-1])
        return bool(buffered)

    def _task_of(self, run_id: str, number: int) -> tuple[Run, WorkflowTask]:
        run = self.by_run.get(run_id)
        if run is None or run.task is None or run.task.number != number or not run.is_task_started:
            raise NotFound("Workflow task not found.")
        return run, run.task

    def complete_task(
        self, run_id: str, number: int, completion: Completion, poller: Poller
    ) -> bool:
        """Carry out what a workflow decided; False if it has to look again first. NotFound."""
        run, task = self._task_of(run_id, number)
        if task.timer:
            task.timer.cancel()
        if run.buffered and any(map(closes, completion.commands)):
            # It did not know of all that had happened when it decided to end.
            self._fail(run, task, WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND)
            return False
        self._write_transient(run, task)
        event = run.append(
            EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
            scheduled_event_id=task.scheduled_event,
            started_event_id=task.started_event,
            identity="worker",
        )
        sdk = event.workflow_task_completed_event_attributes.sdk_metadata
        sdk.SetInParent()
        sdk.lang_used_flags.extend(completion.lang_flags)
        if completion.is_first:
            sdk.core_used_flags.extend([1, 2, 3, 4])
            sdk.sdk_name, sdk.sdk_version = "temporal-python", "1.35.0"
        run.task, run.task_attempt = None, 1
        run.previous_started, run.sticky = task.started_event, poller
        before = len(run.history)
        CommandHandler(self, run, event.event_id).carry_out(completion.commands)
        if run.is_running:
            is_new = self._flush(run)
            run.note(run.history[-1])
            if is_new or self._needs_task(run, before):
                self.schedule_task(run)
        return True

    def _needs_task(self, run: Run, before: int) -> bool:
        ends = EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED
        return any(event.event_type == ends for event in run.history[before:])

    def _write_transient(self, run: Run, task: WorkflowTask) -> None:
        run.history.extend(task.transient)
        task.transient = []

    def _fail(self, run: Run, task: WorkflowTask, cause: int, failure: Failure | None = None) -> None:
        if task.attempt == 1:
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
                scheduled_event_id=task.scheduled_event,
                started_event_id=task.started_event,
                cause=cause,
                failure=failure,
                identity="worker",
            )
        self._task_over(run, attempt=task.attempt + 1)

    def fail_task(self, run_id: str, number: int, failure: Failure) -> None:
        """Note that a worker could not do a workflow task. NotFound."""
        run, task = self._task_of(run_id, number)
        if task.timer:
            task.timer.cancel()
        self.watch.failed_tasks.append(f"{run.workflow_id}: {failure.message}")
        self.tell(f"workflow task of {run.workflow_id} FAILED: {failure.message}")
        cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE
        self._fail(run, task, cause, failure)

    # Timers and children

    def start_timer(self, run: Run, timer_id: str, started_event: int, seconds: float) -> None:
        """Begin a timer of a workflow."""
        run.timer_events[timer_id] = started_event

        def fire() -> None:
            run.timers.pop(timer_id, None)
            self.happen(run, write, f"timer {timer_id}")

        def write() -> None:
            run.append(
                EventType.EVENT_TYPE_TIMER_FIRED, timer_id=timer_id, started_event_id=started_event
            )

        run.timers[timer_id] = self.clock.later(seconds, fire)

    def start_child(self, parent: Run, initiated: HistoryEvent) -> None:
        """Begin a child; its parent hears that it began."""
        if not parent.is_running:
            return
        asked = initiated.start_child_workflow_execution_initiated_event_attributes
        attributes = WorkflowExecutionStartedEventAttributes(
            workflow_type=asked.workflow_type, task_queue=asked.task_queue, input=asked.input
        )
        attributes.parent_workflow_execution.workflow_id = parent.workflow_id
        attributes.parent_workflow_execution.run_id = parent.run_id
        child = self.start(asked.workflow_id, attributes, parent=(parent, initiated.event_id))

        def write() -> None:
            parent.append(
                EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
                initiated_event_id=initiated.event_id,
                workflow_execution=WorkflowExecution(
                    workflow_id=child.workflow_id, run_id=child.run_id
                ),
                workflow_type=asked.workflow_type,
            )

        self.happen(parent, write)

    def _tell_parent(self, run: Run, event: HistoryEvent) -> None:
        assert run.parent
        parent, initiated = run.parent
        if event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
            return
        result = event.workflow_execution_completed_event_attributes.result

        def write() -> None:
            parent.append(
                EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
                initiated_event_id=initiated,
                result=result,
            )

        self.happen(parent, write)

    # Activities

    def schedule_activity(self, run: Run, event: HistoryEvent) -> None:
        """Begin an activity by the event that asks for it."""
        attributes = event.activity_task_scheduled_event_attributes
        options = type(attributes)()
        options.CopyFrom(attributes)
        pending = PendingActivity(self, run, event.event_id, options, self.clock.now_ns())
        run.activities[event.event_id] = pending
        pending.schedule()

    def offer_activity(self, pending: PendingActivity) -> None:
        """Give an activity to a worker that has room, now or later."""
        if not pending.can_start:
            return
        free = [one for one in self.pollers if one.is_connected and len(one.busy) < one.slots]
        if not free:
            if pending not in self._waiting_activities:
                self._waiting_activities.append(pending)
            return
        poller = self.choices.pick(f"worker for {pending.label}", free)
        pause = self.choices.number("matching", 0.001, 0.01)
        self.clock.later(pause, self._start_activity, pending, poller, pending.scheduled_ns)

    def _start_activity(self, pending: PendingActivity, poller: Poller, scheduled_ns: int) -> None:
        if not pending.can_start or pending.scheduled_ns != scheduled_ns:
            return
        if not poller.is_connected or len(poller.busy) >= poller.slots:
            self.offer_activity(pending)
            return
        token = self._token(pending)
        poller.busy.add(token)
        task: ActivityTask = pending.start(poller, token)
        self.tell(f"activity {pending.label} goes to {poller.process.name}")
        self._send(poller, poller.take_activity, task)

    def _token(self, pending: PendingActivity) -> bytes:
        stamp = self.choices.uuid("token").hex[:8]
        parts = [pending.run.run_id, pending.scheduled_event, pending.attempt, stamp]
        return json.dumps(parts).encode()

    def activity_of(self, token: bytes) -> PendingActivity:
        """Find the activity that a worker holds; NotFound when nobody waits for it any more."""
        run_id, scheduled, attempt, _ = json.loads(token)
        run = self.by_run.get(run_id)
        pending = run.activities.get(scheduled) if run and run.is_running else None
        if pending is None or not pending.is_started or pending.attempt != attempt:
            raise NotFound("invalid activityID or activity already timed out or completed")
        return pending

    def free(self, token: bytes) -> None:
        """Note that a worker is done with a task, whether or not anybody waited for it."""
        for poller in self.pollers:
            poller.busy.discard(token)
        self.offer_waiting()

    # Workers

    def connect(self, poller: Poller) -> None:
        """Let a worker take tasks."""
        self.pollers.append(poller)
        self.offer_waiting()

    def disconnect(self, poller: Poller) -> None:
        """Notice that a worker is gone."""
        poller.is_connected = False
        if poller in self.pollers:
            self.pollers.remove(poller)

    def offer_waiting(self) -> None:
        """Give what waits to whoever has room."""
        if not self.pollers:
            return
        runs, self._waiting_runs = self._waiting_runs, []
        for run in runs:
            self._offer_run(run)
        activities, self._waiting_activities = self._waiting_activities, []
        for pending in activities:
            self.offer_activity(pending)


def _how(event: HistoryEvent) -> str:
    kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_").lower()
    attributes = attributes_of(event)
    failure = getattr(attributes, "failure", None)
    if failure is not None and failure.message:
        return f"{kind} ({failure.application_failure_info.type}: {failure.message})"
    return kind

