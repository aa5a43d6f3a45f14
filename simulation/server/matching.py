"""Who gets which task: workers that poll, and the activities that wait for them."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.activity_task import ActivityTask

from simulation.server.activities import PendingActivity
from simulation.server.pollers import NotFound, Poller
from simulation.server.run import Run

if TYPE_CHECKING:
    from simulation.server.server import SimulatedServer


SLOW = 15.0
"""Seconds that a task takes to a worker at most, when it is slow."""

Watch = Callable[[PendingActivity, Poller | None], None]


class Matching:
    """The workers, and what waits for them.

    `is_slow` is the probability of a slow task; `watch` hears of each activity that is scheduled,
    and of each attempt that goes to a worker.
    """

    def __init__(self, server: "SimulatedServer") -> None:
        self._server = server
        self._clock = server.clock
        self._choices = server.choices
        self.pollers: list[Poller] = []
        self._waiting: list[PendingActivity] = []
        self.is_slow = 0.0
        self.watch: Watch = lambda _, __: None

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
        self._server.tasks.offer_waiting()
        activities, self._waiting = self._waiting, []
        for pending in activities:
            self.offer_activity(pending)

    def schedule_activity(self, run: Run, event: HistoryEvent) -> None:
        """Begin an activity by the event that asks for it."""
        attributes = event.activity_task_scheduled_event_attributes
        options = type(attributes)()
        options.CopyFrom(attributes)
        pending = PendingActivity(self._server, run, event.event_id, options, self._clock.now_ns())
        run.activities[event.event_id] = pending
        self.watch(pending, None)
        pending.schedule()

    def offer_activity(self, pending: PendingActivity) -> None:
        """Give an activity to a worker that has room, now or later."""
        if not pending.can_start:
            return
        free = [
            poller
            for poller in self.pollers
            if poller.is_connected and len(poller.busy) < poller.slots
        ]
        if not free:
            if pending not in self._waiting:
                self._waiting.append(pending)
            return
        poller = self._choices.pick(f"worker for {pending.label}", free)
        pause = self._pause(f"matching of {pending.label}", 0.01)
        self._clock.later(pause, self._start_activity, pending, poller, pending.scheduled_ns)

    def _start_activity(self, pending: PendingActivity, poller: Poller, scheduled_ns: int) -> None:
        if not pending.can_start or pending.scheduled_ns != scheduled_ns:
            return
        if not poller.is_connected or len(poller.busy) >= poller.slots:
            self.offer_activity(pending)
            return
        token = self._token(pending)
        poller.busy.add(token)
        task: ActivityTask = pending.start(poller, token)
        self._server.tell(f"activity {pending.label} goes to {poller.process.name}")
        self.watch(pending, poller)
        self.send(poller.take_activity, task, pending.label)

    def _token(self, pending: PendingActivity) -> bytes:
        stamp = self._choices.uuid("token").hex[:8]
        parts = [pending.run.run_id, pending.scheduled_event, pending.attempt, stamp]
        return json.dumps(parts).encode()

    def activity_of(self, token: bytes) -> PendingActivity:
        """Find the activity that a worker holds; NotFound when nobody waits for it any more."""
        run_id, scheduled, attempt, _ = json.loads(token)
        run = self._server.by_run.get(run_id)
        pending = run.activities.get(scheduled) if run and run.is_running else None
        if pending is None or not pending.is_started or pending.attempt != attempt:
            raise NotFound("invalid activityID or activity already timed out or completed")
        return pending

    def free(self, token: bytes) -> None:
        """Note that a worker is done with a task, whether or not anybody waited for it."""
        for poller in self.pollers:
            poller.busy.discard(token)
        self.offer_waiting()

    def any_poller(self, name: str) -> Poller | None:
        """Draw one of the workers; None without any."""
        free = [poller for poller in self.pollers if poller.is_connected]
        return self._choices.pick(name, free) if free else None

    def send(self, take: Callable[..., None], given: object, label: str) -> None:
        """Let something travel to a worker; a dead one never gets it."""
        self._clock.later(self._pause(f"way to the worker of {label}", 0.02), take, given)

    def _pause(self, name: str, longest: float) -> float:
        if self.is_slow and self._choices.happens(f"slow {name}", self.is_slow):
            return self._choices.number(name, longest, SLOW)
        return self._choices.number(name, 0.001, longest)
