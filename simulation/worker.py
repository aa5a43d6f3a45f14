"""A worker process: real activities and workflows, between a simulated server and the emulator."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto import ActivityHeartbeat, ActivityTaskCompletion
from temporalio.bridge.proto.workflow_commands import ScheduleLocalActivity
from temporalio.client import Client
from temporalio.common import MetricMeter
from temporalio.worker._activity import _ActivityWorker

from dispatch.payloads.converter import CONVERTER
from simulation.activity_bridge import ActivityBridge, cancel_task
from simulation.choices import Choices
from simulation.commands import LocalResult
from simulation.core import CoreRun, Evicted, NonDeterminism, TaskFailed
from simulation.local_activities import local_task, resolution_of, started_event, timed_out
from simulation.processes import SimulatedProcess
from simulation.sdk import WorkflowSdk
from simulation.server.clock import seconds_of
from simulation.server.pollers import NotFound, Poller, WorkflowTaskGiven
from simulation.server.server import SimulatedServer

HEARTBEAT_PART = 0.8
"""The core passes a heartbeat on once in this part of the time that it may take."""


class SimulatedWorker:
    """One process that takes tasks; all of it runs in the process's own context."""

    def __init__(
        self,
        process: SimulatedProcess,
        server: SimulatedServer,
        choices: Choices,
        client: Client,
        sdk: WorkflowSdk,
        activities: Sequence[Callable[..., Any]],
    ) -> None:
        self.process = process
        self._server = server
        self._choices = choices
        self._sdk = sdk
        self._runs: dict[str, CoreRun] = {}
        self._locals: dict[bytes, asyncio.Future[ActivityTaskCompletion]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._last_beats: dict[bytes, float] = {}
        self.evicts = 0.0
        self.slow = 0.0
        self._bridge = ActivityBridge(self)
        self._activities = _ActivityWorker(
            bridge_worker=lambda: self._bridge,  # pyright: ignore[reportArgumentType]
            task_queue="push",
            activities=activities,
            activity_executor=None,
            shared_state_manager=None,
            data_converter=CONVERTER,
            interceptors=[],
            metric_meter=MetricMeter.noop,
            client=client,
            encode_headers=False,
        )
        self.poller = Poller(
            process, self._take_workflow, self._bridge.tasks.put_nowait, self._cancel_activity
        )

    def start(self) -> None:
        """Begin to take tasks."""
        self._spawn(self._activities.run())
        self._server.matching.connect(self.poller)

    def _spawn(self, coroutine: Any) -> None:
        task = self.process.spawn(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def kill(self) -> None:
        """Die: nothing of it runs any more, and its connections end."""
        self.process.kill()
        self._server.matching.disconnect(self.poller)

    def evict_all(self) -> None:
        """After a run: let what its workflows still hold end without doing anything."""
        for run in self._runs.values():
            run.evict()
        self._runs.clear()

    # Workflows

    def _take_workflow(self, given: WorkflowTaskGiven) -> None:
        self._spawn(self._do_workflow_task(given))

    async def _do_workflow_task(self, given: WorkflowTaskGiven) -> None:
        run = self._run_of(given)
        if run is None:
            return  # forgotten meanwhile: the server gives it to somebody after its time-out
        try:
            completion = await run.handle(given.events, partial(self._run_local, given))
        except Evicted:
            return
        except (TaskFailed, NonDeterminism) as error:
            self._forget(given.run_id)
            failure = error.failure if isinstance(error, TaskFailed) else Failure()
            failure.message = failure.message or f"Nondeterminism: {error}"
            await self._travel()
            self._fail_task(given, failure)
            return
        await self._travel()
        try:
            is_done = self._server.tasks.complete(
                given.run_id, given.number, completion, self.poller
            )
        except NotFound:
            is_done = False
        is_evicted = self._choices.happens(f"{self.process.name} forgets a run", self.evicts)
        if not is_done or is_evicted or run.is_over:
            self._forget(given.run_id)

    def _fail_task(self, given: WorkflowTaskGiven, failure: Failure) -> None:
        if given.attempt > 1:
            return  # as the core does: so the server waits before it gives the task again
        try:
            self._server.tasks.fail(given.run_id, given.number, failure)
        except NotFound:
            return

    def _run_of(self, given: WorkflowTaskGiven) -> CoreRun | None:
        known = self._runs.get(given.run_id)
        if given.is_whole:
            self._forget(given.run_id)
            self._runs[given.run_id] = CoreRun(self._sdk, given.run_id, given.workflow_id)
            return self._runs[given.run_id]
        if known and known.last_started == given.previous_started:
            return known
        # As a core does that finds its cache empty: it asks for the whole history.
        run = self._server.by_run[given.run_id]
        task_events = [event.event_id for event in given.events]
        before = [event for event in run.history if event.event_id < task_events[0]]
        self._forget(given.run_id)
        self._runs[given.run_id] = CoreRun(self._sdk, given.run_id, given.workflow_id)
        given.events[:0] = before
        return self._runs[given.run_id]

    def _forget(self, run_id: str) -> None:
        run = self._runs.pop(run_id, None)
        if run:
            run.evict()

    async def _travel(self) -> None:
        pause = self._choices.number("to server", 0.001, 0.01)
        if self.slow and self._choices.happens(f"{self.process.name} is slow", self.slow):
            pause = self._choices.number(f"{self.process.name} slow", 0.01, 3.0)
        await asyncio.sleep(pause)

    async def _run_local(
        self, given: WorkflowTaskGiven, schedule: ScheduleLocalActivity
    ) -> LocalResult:
        clock = self._server.clock
        started_ns = started_event(given.events).event_time.ToNanoseconds()
        began_ns = clock.now_ns()
        token = f"local {given.run_id} {given.number} {schedule.seq}".encode()
        future = self._locals[token] = asyncio.get_running_loop().create_future()
        self._bridge.tasks.put_nowait(local_task(given, schedule, token, began_ns))
        try:
            async with asyncio.timeout(seconds_of(schedule.start_to_close_timeout) or None):
                resolution = resolution_of(await future)
        except TimeoutError:
            self._cancel_activity(token, "timed out")
            resolution = timed_out(schedule)
        finally:
            self._locals.pop(token, None)
        # The core counts a workflow's time on from the start of its task.
        return LocalResult(resolution, began_ns, started_ns + clock.now_ns() - began_ns)

    # Activities

    async def report(self, completion: ActivityTaskCompletion) -> None:
        """Bring the result of an activity to the server, which may not wait for it any more."""
        token = completion.task_token
        if token in self._locals:
            if not self._locals[token].done():
                self._locals[token].set_result(completion)
            return
        if token.startswith(b"local"):
            return
        await self._travel()
        self._last_beats.pop(token, None)
        self._server.matching.free(token)
        try:
            pending = self._server.matching.activity_of(token)
        except NotFound:
            self._server.tell(f"{self.process.name} reports an activity that nobody waits for")
            return
        result = completion.result
        if result.HasField("completed"):
            pending.complete(Payloads(payloads=[result.completed.result]))
        elif result.HasField("cancelled"):
            if pending.is_cancel_requested:
                pending.cancelled()
            else:
                pending.fail(result.cancelled.failure)
        else:
            pending.fail(result.failed.failure)

    def beat(self, heartbeat: ActivityHeartbeat) -> None:
        """Pass a heartbeat on, unless one was just before."""
        token, now = heartbeat.task_token, asyncio.get_running_loop().time()
        if token.startswith(b"local"):
            return
        try:
            limit = seconds_of(self._server.matching.activity_of(token).options.heartbeat_timeout)
        except NotFound:
            limit = 1.0
        if now - self._last_beats.get(token, -1e9) < limit * HEARTBEAT_PART:
            return
        self._last_beats[token] = now
        self._spawn(self._send_beat(token))

    async def _send_beat(self, token: bytes) -> None:
        await self._travel()
        try:
            pending = self._server.matching.activity_of(token)
        except NotFound:
            self._cancel_activity(token, "not found")
            return
        pending.beat()
        if pending.is_cancel_requested:
            self._cancel_activity(token, "cancelled")
        elif pending.is_paused:
            self._cancel_activity(token, "paused")
        elif pending.is_reset:
            self._cancel_activity(token, "reset")

    def _cancel_activity(self, token: bytes, why: str) -> None:
        if self.runs(token):
            self._bridge.tasks.put_nowait(cancel_task(token, why))

    def runs(self, token: bytes) -> bool:
        """Tell whether an activity is under way here; the SDK's worker warns of any other."""
        return token in self._activities._running_activities  # noqa: SLF001
