"""One run of a workflow as the server keeps it: history, workflow task, what is under way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus
from temporalio.api.history.v1 import HistoryEvent

from simulation.server.clock import ServerClock

if TYPE_CHECKING:
    from simulation.server.activities import PendingActivity
    from simulation.server.pollers import Poller

RUNNING = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING

_FIELDS: dict[int, str] = {
    number: EventType.Name(number).removeprefix("EVENT_TYPE_").lower() + "_event_attributes"
    for number in EventType.values()
    if number
}
"""The field of an event that has the attributes of its type."""

_ATTRIBUTES: dict[int, Any] = {
    number: type(getattr(HistoryEvent(), name)) for number, name in _FIELDS.items()
}


def attributes_of(event: HistoryEvent) -> Any:
    """Give the part of an event that its type is about."""
    return getattr(event, _FIELDS[event.event_type])


@dataclass
class WorkflowTask:
    """A workflow task that is scheduled, or started (`started_ns`)."""

    number: int
    attempt: int
    scheduled_ns: int
    sticky: "Poller | None" = None
    scheduled_event: int = 0
    started_event: int = 0
    started_ns: int = 0
    transient: list[HistoryEvent] = field(default_factory=list[HistoryEvent])
    timer: asyncio.TimerHandle | None = None


@dataclass
class Buffered:
    """What happened at `at_ns` while a workflow task was under way; `name`: what can be undone."""

    write: Callable[[], object]
    name: str
    at_ns: int


@dataclass(eq=False)
class Run:
    """A run; `history` is what a client reads, all else is derived from it."""

    clock: ServerClock
    workflow_id: str
    run_id: str
    history: list[HistoryEvent] = field(default_factory=list[HistoryEvent])
    status: int = RUNNING
    close_ns: int = 0
    task: WorkflowTask | None = None
    task_attempt: int = 1
    tasks_given: int = 0
    sticky: "Poller | None" = None
    previous_started: int = 0
    buffered: list[Buffered] = field(default_factory=list[Buffered])
    activities: "dict[int, PendingActivity]" = field(default_factory=dict)
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    timer_events: dict[str, int] = field(default_factory=dict)
    children: dict[int, str] = field(default_factory=dict)
    """The runs of children by the events that asked for them."""
    parent: "tuple[Run, int] | None" = None
    attributes: dict[str, Payload] = field(default_factory=dict)
    memo: dict[str, Payload] = field(default_factory=dict)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    is_paused: bool = False
    is_cancel_requested: bool = False
    request_id: str = ""
    was_reset: bool = False
    """It was ended by a reset; the server then leaves its children alone."""

    @property
    def is_terminated(self) -> bool:
        """Whether it was ended from outside."""
        return self.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED

    @property
    def is_running(self) -> bool:
        """Whether the run is open, paused or not."""
        return self.close_ns == 0

    @property
    def start(self) -> Any:
        """What the run was started with."""
        return self.history[0].workflow_execution_started_event_attributes

    @property
    def start_ns(self) -> int:
        """When it was started; a reset keeps the events and is later."""
        return self.first_ns or self.history[0].event_time.ToNanoseconds()

    first_ns: int = 0

    @property
    def is_task_started(self) -> bool:
        """Whether a worker has the workflow task in hand."""
        return self.task is not None and self.task.started_ns > 0

    def append(self, kind: int, at_ns: int | None = None, **values: Any) -> HistoryEvent:
        """Write an event and give it; values are copied into its attributes."""
        event = make_event(kind, len(self.history) + 1, at_ns or self.clock.now_ns(), **values)
        self.history.append(event)
        return event

    def note(self) -> None:
        """Let whoever waits for news have them."""
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def flush(self) -> bool:
        """Write what happened during a workflow task; False when nothing did."""
        buffered, self.buffered = self.buffered, []
        for item in buffered:
            written = len(self.history)
            item.write()
            for event in self.history[written:]:
                event.event_time.FromNanoseconds(item.at_ns)
        return bool(buffered)

    def undo(self, name: str) -> bool:
        """Take back something that happened during the task and was not written yet."""
        for item in self.buffered:
            if item.name == name:
                self.buffered.remove(item)
                return True
        return False


def make_event(kind: int, number: int, at_ns: int, **values: Any) -> HistoryEvent:
    """Make an event; None is left out, messages are copied, plain values set."""
    metadata = values.pop("user_metadata", None)
    given = {name: value for name, value in values.items() if value is not None}
    parts = {_FIELDS[kind]: _ATTRIBUTES[kind](**given)}
    event = HistoryEvent(
        event_id=number,
        event_type=kind,  # pyright: ignore[reportArgumentType]
        user_metadata=metadata,
        **parts,
    )
    event.event_time.FromNanoseconds(at_ns)
    return event
