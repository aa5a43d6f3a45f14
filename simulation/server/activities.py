"""One activity as the server keeps it: attempts, time-outs, what operators do to it."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType, RetryState, TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes
from temporalio.bridge.proto.activity_task import ActivityTask

from simulation.server.activity_retries import backoff, retry_state
from simulation.server.activity_tasks import task_of
from simulation.server.clock import seconds_of
from simulation.server.result_words import ending_in_words
from simulation.server.run import Run

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer

START_TO_CLOSE = TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE
HEARTBEAT = TimeoutType.TIMEOUT_TYPE_HEARTBEAT
SCHEDULE_TO_CLOSE = TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE


@dataclass(eq=False)
class PendingActivity:
    """An activity that has not ended; times are nanoseconds since 1970."""

    server: "SimulatedServer"
    run: Run
    scheduled_event: int
    options: ActivityTaskScheduledEventAttributes
    first_scheduled_ns: int
    scheduled_ns: int = 0
    started_ns: int = 0
    attempt: int = 1
    is_paused: bool = False
    is_reset: bool = False
    is_cancel_requested: bool = False
    last_failure: Failure | None = None
    heartbeat_details: Payloads | None = None
    retry: asyncio.TimerHandle | None = None
    timers: list[asyncio.TimerHandle] = field(default_factory=list)
    heartbeat: asyncio.TimerHandle | None = None
    token: bytes = b""
    worker: Any = None

    @property
    def is_started(self) -> bool:
        """Whether a worker has an attempt in hand."""
        return self.started_ns > 0

    def schedule(self, after: float = 0.0) -> None:
        """Give the next attempt to a worker, after a pause."""
        self.scheduled_ns = self.run.clock.now_ns() + round(after * 1e9)
        self.started_ns = 0
        if self.is_paused:
            return
        if after:
            self.retry = self.run.clock.later(after, self._offer)
        else:
            self._offer()

    def _offer(self) -> None:
        self.retry = None
        self.server.matching.offer_activity(self)

    @property
    def can_start(self) -> bool:
        """Whether a worker may be given it now."""
        is_here = self.run.activities.get(self.scheduled_event) is self
        return is_here and self.run.is_running and not self.is_started and not self.is_paused

    def start(self, worker: Any, token: bytes) -> ActivityTask:
        """Note that a worker has it, and give what it is told."""
        self.started_ns, self.worker, self.token = self.run.clock.now_ns(), worker, token
        self._watch()
        return task_of(self)

    def _watch(self) -> None:
        """Begin the time-outs of this attempt."""
        self._stop()
        clock, options, token = self.run.clock, self.options, self.token
        limit = seconds_of(options.start_to_close_timeout)
        if limit:
            spent = (clock.now_ns() - self.started_ns) / 1e9
            late = clock.later(limit - spent, self._time_out, START_TO_CLOSE, token)
            self.timers.append(late)
        self.beat()

    def beat(self) -> None:
        """Take a heartbeat: wait for the next one."""
        if self.heartbeat:
            self.heartbeat.cancel()
        limit = seconds_of(self.options.heartbeat_timeout)
        if limit and self.is_started:
            self.heartbeat = self.run.clock.later(limit, self._time_out, HEARTBEAT, self.token)

    def _stop(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
        if self.heartbeat:
            self.heartbeat.cancel()
            self.heartbeat = None

    def _time_out(self, kind: int, token: bytes) -> None:
        # While it is paused none fires, and the moment it is unpaused it does.
        if token != self.token or not self.is_started or self.is_paused:
            return
        names: dict[int, str] = {START_TO_CLOSE: "StartToClose", HEARTBEAT: "Heartbeat"}
        failure = Failure(message=f"activity {names.get(kind, 'ScheduleToClose')} timeout")
        failure.source = "Server"
        failure.timeout_failure_info.timeout_type = kind  # pyright: ignore[reportAttributeAccessIssue]
        self.server.tell(f"activity {self.label} times out ({names.get(kind)})")
        self.fail(failure, is_timeout=True)

    @property
    def label(self) -> str:
        """Name it in a trace."""
        options = self.options
        return f"{options.activity_type.name} {options.activity_id} of {self.run.workflow_id}"

    def complete(self, result: Payloads) -> None:
        """End it with a result."""
        self._end(EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, result=result)

    def cancelled(self, details: Payloads | None = None) -> None:
        """End it as cancelled."""
        self._end(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED, details=details)

    def fail(self, failure: Failure, *, is_timeout: bool = False, by_hand: bool = False) -> None:
        """End the attempt with a failure, and the activity if it is not tried again."""
        state = RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE
        if not by_hand and not failure.application_failure_info.non_retryable:
            state = retry_state(self, failure)
            if state == RetryState.RETRY_STATE_IN_PROGRESS:
                self._again(failure)
                return
        self.last_failure = self.last_failure if self.attempt > 1 else None
        kind = EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED
        if is_timeout:
            kind = EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT
        self._end(kind, failure=failure, retry_state=state)

    def _again(self, failure: Failure) -> None:
        self._stop()
        self._free()
        pause = backoff(self, failure)
        self.attempt = 1 if self.is_reset else self.attempt + 1
        self.is_reset = False
        self.last_failure = failure
        self.schedule(after=pause)

    def _free(self) -> None:
        if self.worker is not None:
            self.worker.busy.discard(self.token)
        self.server.matching.offer_waiting()

    def drop(self) -> None:
        """Forget it: the run is over, or it has ended."""
        self._stop()
        if self.retry:
            self.retry.cancel()
        if self.worker is not None:
            self.worker.busy.discard(self.token)

    def _end(self, kind: int, **values: Any) -> None:
        self.drop()
        run = self.run
        run.activities.pop(self.scheduled_event, None)
        started = self.started_ns or run.clock.now_ns()
        attempt, last_failure = self.attempt, self.last_failure

        def write() -> None:
            begun = run.append(
                EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
                started,
                scheduled_event_id=self.scheduled_event,
                identity="worker",
                request_id="request",
                attempt=attempt,
                last_failure=last_failure,
            )
            run.append(
                kind,
                scheduled_event_id=self.scheduled_event,
                started_event_id=begun.event_id,
                **values,
            )

        self.server.tell(f"activity {self.label} ends: {ending_in_words(kind, values)}")
        self.server.happen(run, write, f"activity {self.scheduled_event}")
        self.server.matching.offer_waiting()

    def cancel_before_start(self) -> None:
        """End it as cancelled though no worker ever had it; no start is written."""
        self.drop()
        run = self.run
        run.activities.pop(self.scheduled_event, None)

        kind, event = EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED, self.scheduled_event
        self.server.happen(
            run, lambda: run.append(kind, scheduled_event_id=event, identity="worker")
        )

    def pause(self) -> None:
        """Hold it: an attempt under way goes on, a next one waits."""
        self.is_paused = True
        if self.retry:
            self.retry.cancel()
            self.retry = None

    def unpause(self) -> None:
        """Let it go on: what waits is given to a worker at once."""
        if not self.is_paused:
            return
        self.is_paused = False
        if self.is_started:
            self._watch()
        else:
            self.last_failure = None
            self.schedule()

    def reset(self) -> None:
        """Begin anew with attempt 1; an attempt under way goes on."""
        if self.is_started:
            self.is_reset = True
            return
        if self.retry:
            self.retry.cancel()
        self.attempt, self.is_paused, self.last_failure = 1, False, None
        self.schedule()

    def change_options(self, *, attempts: int = 0, start_to_close: float = 0.0) -> None:
        """Give it other options, which hold for the attempt under way, too."""
        if attempts:
            self.options.retry_policy.maximum_attempts = attempts
        if start_to_close:
            self.options.start_to_close_timeout.FromNanoseconds(round(start_to_close * 1e9))
        if self.is_started:
            self._watch()
        elif self.retry:
            self.retry.cancel()
            self.schedule()
