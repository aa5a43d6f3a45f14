"""A worker as the server sees it: somebody who takes tasks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.activity_task import ActivityTask

from simulation.processes import SimulatedProcess


class NotFound(LookupError):
    """What a worker or a client asks for is not there, or not any more."""


@dataclass
class WorkflowTaskGiven:
    """A workflow task on its way to a worker; `events` begin after those that it has seen."""

    workflow_id: str
    run_id: str
    number: int
    events: list[HistoryEvent]
    is_whole: bool
    previous_started: int
    attempt: int


@dataclass(eq=False)
class Poller:
    """One worker process; `slots` are how many activities it takes at once."""

    process: SimulatedProcess
    take_workflow: Callable[[WorkflowTaskGiven], None]
    take_activity: Callable[[ActivityTask], None]
    cancel_activity: Callable[[bytes, str], None]
    slots: int = 20
    is_connected: bool = True
    busy: set[bytes] = field(default_factory=set[bytes])
