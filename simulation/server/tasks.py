"""Workflow tasks: given to a worker, answered, timed out, tried again."""

from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType, TimeoutType, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent

from simulation.commands import Completion
from simulation.server.commands import CommandHandler, closes
from simulation.server.pollers import NotFound, Poller, WorkflowTaskGiven
from simulation.server.run import Run, WorkflowTask
from simulation.server.task_events import transient_events, write_completed, write_transient

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer

STICKY = 2.0
"""Seconds for which a task waits for the worker that knows its run, as worker.py asks for."""

TASK_TIMEOUT = 10.0
SUGGEST_AT = 4096

MAX_TASKS = 2_000
"""Workflow tasks of one run: far more than any has that ends."""


def _task_timeout(attempt: int) -> float:
    """Give the seconds for a task; the server waits longer and longer for one that fails."""
    return min(TASK_TIMEOUT * 2.0 ** max(attempt - 3, 0), 600.0)


class WorkflowTasks:
    """The workflow tasks of all runs; `suggests`: how probably one suggests to continue as new."""

    def __init__(self, server: "SimulatedServer") -> None:
        self._server = server
        self._clock = server.clock
        self._choices = server.choices
        self._waiting: list[Run] = []
        self.suggests = 0.0

    def schedule(self, run: Run) -> None:
        """Have a worker look at a run."""
        if run.task is not None or not run.is_running or run.is_paused:
            return
        run.tasks_given += 1
        if run.tasks_given > MAX_TASKS:
            self._clock.give_up(f"{run.workflow_id} has more than {MAX_TASKS:,} workflow tasks")
        sticky = run.sticky if run.sticky and run.sticky.is_connected else None
        run.task = WorkflowTask(
            run.tasks_given, run.task_attempt, self._clock.now_ns(), sticky=sticky
        )
        if run.task_attempt == 1:
            run.task.scheduled_event = self._task_scheduled(run).event_id
        if sticky:
            run.task.timer = self._clock.later(STICKY, self._sticky_timeout, run, run.task)
        self.offer(run)

    def resume(self, run: Run) -> None:
        """Have a worker look at a run that was paused."""
        if run.task is None:
            self.schedule(run)
        else:
            self.offer(run)

    def _task_scheduled(self, run: Run) -> HistoryEvent:
        return run.append(
            EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
            task_queue=run.start.task_queue,
            attempt=run.task_attempt,
        )

    def offer(self, run: Run) -> None:
        """Give a run's task to a worker, now or as soon as there is one."""
        task = run.task
        if task is None or task.started_ns:
            return
        poller = task.sticky or self._server.matching.any_poller(
            f"worker for task of {run.workflow_id}"
        )
        if poller is None:
            if run not in self._waiting:
                self._waiting.append(run)
            return
        # Between the poll and the start of a task there is matching, which takes a moment.
        pause = self._choices.number("matching", 0.001, 0.01)
        self._clock.later(pause, self._start_task, run, task, poller)

    def _sticky_timeout(self, run: Run, task: WorkflowTask) -> None:
        if run.task is not task or task.started_ns:
            return
        run.append(
            EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
            scheduled_event_id=task.scheduled_event,
            timeout_type=TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START,
        )
        run.task, run.sticky = None, None
        self.schedule(run)

    def _start_task(self, run: Run, task: WorkflowTask, poller: Poller) -> None:
        if run.task is not task or task.started_ns or run.is_paused:
            return
        if not poller.is_connected:
            if task.sticky is None:
                self.offer(run)
            return
        if task.timer:
            task.timer.cancel()
        task.started_ns = self._clock.now_ns()
        events = self._events_of_task(run, task)
        limit = _task_timeout(task.attempt)
        task.timer = self._clock.later(limit, self._task_timeout, run, task)
        is_whole = task.sticky is None
        first = 0 if is_whole else run.previous_started
        given = WorkflowTaskGiven(
            run.workflow_id,
            run.run_id,
            task.number,
            events[first:],
            is_whole,
            run.previous_started,
            task.attempt,
        )
        self._server.matching.send(poller.take_workflow, given, run.workflow_id)

    def _events_of_task(self, run: Run, task: WorkflowTask) -> list[HistoryEvent]:
        """Write the start of a task, or keep it back for one that is tried again."""
        if task.attempt == 1:
            event = run.append(
                EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
                scheduled_event_id=task.scheduled_event,
                identity="worker",
                suggest_continue_as_new=self._is_long(run),
            )
            task.started_event = event.event_id
            return list(run.history)
        task.transient = transient_events(run, task)
        task.scheduled_event, task.started_event = (event.event_id for event in task.transient)
        return [*run.history, *task.transient]

    def _is_long(self, run: Run) -> bool:
        is_early = self._choices.happens(f"suggest to continue {run.workflow_id}", self.suggests)
        return is_early or len(run.history) > SUGGEST_AT

    def _task_timeout(self, run: Run, task: WorkflowTask) -> None:
        if run.task is not task:
            return
        self._server.tell(f"workflow task of {run.workflow_id} times out")
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
        if run.flush():
            run.task_attempt = 1
            run.note()
        self.schedule(run)

    def _task_of(self, run_id: str, number: int) -> tuple[Run, WorkflowTask]:
        run = self._server.by_run.get(run_id)
        if run is None or run.task is None or run.task.number != number or not run.is_task_started:
            raise NotFound("Workflow task not found.")
        return run, run.task

    def complete(self, run_id: str, number: int, completion: Completion, poller: Poller) -> bool:
        """Carry out what a workflow decided; False if it has to look again first. NotFound."""
        run, task = self._task_of(run_id, number)
        if task.timer:
            task.timer.cancel()
        if run.buffered and any(map(closes, completion.commands)):
            # It did not know of all that had happened when it decided to end.
            self._fail(
                run, task, WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
            )
            return False
        write_transient(run, task)
        event = write_completed(run, task, completion)
        run.task, run.task_attempt = None, 1
        run.previous_started, run.sticky = task.started_event, poller
        before = len(run.history)
        CommandHandler(self._server, run, event.event_id).carry_out(completion.commands)
        if run.is_running:
            is_new = run.flush()
            run.note()
            if is_new or self._needs_task(run, before):
                self.schedule(run)
        return True

    def _needs_task(self, run: Run, before: int) -> bool:
        ends = EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED
        return any(event.event_type == ends for event in run.history[before:])

    def _fail(
        self, run: Run, task: WorkflowTask, cause: int, failure: Failure | None = None
    ) -> None:
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

    def fail(self, run_id: str, number: int, failure: Failure) -> None:
        """Note that a worker could not do a workflow task. NotFound."""
        run, task = self._task_of(run_id, number)
        if task.timer:
            task.timer.cancel()
        self._server.failed_tasks.append(f"{run.workflow_id}: {failure.message}")
        self._server.tell(f"workflow task of {run.workflow_id} FAILED: {failure.message}")
        cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE
        self._fail(run, task, cause, failure)

    def offer_waiting(self) -> None:
        """Give the tasks that wait to the workers that there are."""
        waiting, self._waiting = self._waiting, []
        for run in waiting:
            self.offer(run)
