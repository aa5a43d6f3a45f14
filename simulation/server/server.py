"""The server itself: starts, tasks, timers, endings."""

from collections.abc import Callable

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import (
    ContinueAsNewInitiator,
    EventType,
    WorkflowExecutionStatus,
    WorkflowTaskFailedCause,
)
from temporalio.api.history.v1 import HistoryEvent, WorkflowExecutionStartedEventAttributes

from simulation.choices import Choices
from simulation.server.children import Children
from simulation.server.clock import ServerClock, seconds_of
from simulation.server.external import ExternalRequests
from simulation.server.matching import Matching
from simulation.server.pollers import NotFound
from simulation.server.run import Buffered, Run, attributes_of
from simulation.server.tasks import WorkflowTasks
from simulation.server.visibility import Visibility

TASK_TIMEOUT = 10
"""Seconds that a worker has for a workflow task, unless a start says otherwise."""

Tell = Callable[[str], None]


class SimulatedServer:
    """Keeps all runs; `tell` hears what happens, in plain words."""

    def __init__(self, choices: Choices, clock: ServerClock, tell: Tell) -> None:
        self.choices = choices
        self.clock = clock
        self.tell = tell
        self.watch: Callable[[Run], None] = lambda _: None
        self.runs: dict[str, list[Run]] = {}
        self.by_run: dict[str, Run] = {}
        self.visibility = Visibility(clock, choices)
        self.failed_tasks: list[str] = []
        self.matching = Matching(self)
        self.tasks = WorkflowTasks(self)
        self.children = Children(self)
        self.external = ExternalRequests(self)

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

    def find_running(self, execution: WorkflowExecution) -> Run:
        """Find a run that goes on. Raises: NotFound."""
        run = self.find(execution.workflow_id, execution.run_id)
        if not run.is_running:
            raise NotFound("workflow execution already completed")
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
        first: Callable[[Run], None] | None = None,
    ) -> Run:
        """Begin a run, and do `first` before a worker looks at it.

        Whether it may begin is the caller's business.
        """
        run = Run(self.clock, workflow_id, run_id or self.new_run_id(), request_id=request_id)
        event = run.append(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
        begun = event.workflow_execution_started_event_attributes
        begun.CopyFrom(attributes)
        begun.workflow_id, begun.identity = workflow_id, "client"
        begun.original_execution_run_id = run.run_id
        begun.first_execution_run_id = begun.first_execution_run_id or run.run_id
        begun.attempt = begun.attempt or 1
        begun.workflow_task_timeout.seconds = TASK_TIMEOUT
        run.memo = dict(begun.memo.fields)
        run.attributes = dict(begun.search_attributes.indexed_fields)
        run.parent = parent
        self.add_run(run)
        self.watch(run)
        if begun.HasField("workflow_run_timeout"):
            limit = seconds_of(begun.workflow_run_timeout)
            self.clock.later(limit + after, self._run_timeout, run)
        if first:
            first(run)
        if after:
            self.clock.later(after, self.tasks.schedule, run)
        else:
            self.tasks.schedule(run)
        return run

    def add_run(self, run: Run) -> None:
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
        new_id, parent = ended.new_execution_run_id, run.parent
        self.start(run.workflow_id, attributes, run_id=new_id, parent=parent)

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
        run.note()
        self.tell(f"{run.workflow_id} run {run.run_id[:8]} closed: {_how(event)}")
        self.children.ended(run, event)
        self.clock.soon(self.children.parent_ended, run)
        self._begin_next(run)

    def _run_timeout(self, run: Run) -> None:
        """End a run whose time is over, whatever it is doing."""
        if run.is_running:
            event = run.append(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT)
            status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT
            self.close(run, status, event)

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

    def happen(self, run: Run, write: Callable[[], object], name: str = "") -> None:
        """Write what happened to a run, once no worker has its workflow task in hand."""
        if not run.is_running:
            return
        if run.is_task_started:
            run.buffered.append(Buffered(write, name, self.clock.now_ns()))
            return
        write()
        run.note()
        self.tasks.schedule(run)

    # Timers

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

    # From outside

    def request_cancel(self, run: Run, reason: str) -> None:
        """Ask a run to cancel, once."""
        if run.is_cancel_requested:
            return
        run.is_cancel_requested = True
        kind = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
        self.happen(run, lambda: run.append(kind, identity="client", cause=reason))

    def terminate(self, run: Run, reason: str) -> None:
        """End a run at once; a task under way is failed first."""
        task = run.task
        if task and task.started_ns and task.attempt == 1:
            cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND
            run.append(
                EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
                scheduled_event_id=task.scheduled_event,
                started_event_id=task.started_event,
                cause=cause,
                identity="history-service",
            )
        run.flush()
        event = run.append(
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, reason=reason, identity="client"
        )
        self.close(run, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED, event)


def _how(event: HistoryEvent) -> str:
    kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_WORKFLOW_EXECUTION_").lower()
    attributes = attributes_of(event)
    failure = getattr(attributes, "failure", None)
    if failure is not None and failure.message:
        return f"{kind} ({failure.application_failure_info.type}: {failure.message})"
    return kind
