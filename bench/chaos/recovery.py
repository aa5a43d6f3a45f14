"""How long after each blow work went on, read off the histories and the journal."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median

from temporalio.api.enums.v1 import EventType, TaskQueueKind
from temporalio.api.history.v1 import HistoryEvent

from bench.chaos.books import JournalEntry
from bench.chaos.disasters import Fault
from bench.chaos.endings import Ending

_NEAR = 30
"""Seconds after a blow in which a delay is put down to it."""

Delays = dict[str, list[float]]


def delays(blows: list[Fault], endings: list[Ending], journal: list[JournalEntry]) -> Delays:
    """Give by kind of blow how many seconds went by until work went on, for each that met some."""
    histories = [run.events for ending in endings for run in ending.runs]
    found: Delays = defaultdict(list)
    for blow in blows:
        match blow.what:
            case "kill server":
                found["server killed: next workflow task"] += _next(blow, _completions(histories))
            case "kill emulator":
                found["emulator killed: next answer"] += _next(blow, _answers(journal))
            case "kill worker":
                idle = [delay for events in histories for delay in _idle(blow, events)]
                busy = [delay for events in histories for delay in _in_hand(blow, events)]
                found["worker killed: idle pushes"] += idle
                found["worker killed: tasks in hand"] += [
                    delay for delay in busy if not _is_disturbed(blow, delay, blows)
                ]
            case _:
                pass
    return dict(found)


def summary(values: list[float]) -> str:
    """Say them in a line."""
    if not values:
        return "none met"
    return f"median {median(values):.1f} s, longest {max(values):.1f} s, of {len(values)}"


def _is_disturbed(blow: Fault, delay: float, blows: list[Fault]) -> bool:
    """Tell whether another blow fell before work went on: the wait began anew with it."""
    return any(blow.began < other.began <= blow.began + delay for other in blows)


def _next(blow: Fault, moments: Iterable[float]) -> list[float]:
    after = [moment for moment in moments if moment > blow.began]
    return [min(after) - blow.began] if after else []


def _completions(histories: list[list[HistoryEvent]]) -> list[float]:
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    return [_time(event) for events in histories for event in events if event.event_type == done]


def _answers(journal: list[JournalEntry]) -> list[float]:
    return [
        datetime.fromisoformat(entry["answeredAt"][:26] + "+00:00").timestamp()
        for entry in journal
        if entry["answeredAt"] and str(entry["status"]).startswith("2")
    ]


def _idle(blow: Fault, events: list[HistoryEvent]) -> Iterable[float]:
    """Tasks that were laid into the dead worker's own queue: until another had done them."""
    last = ""
    for index, event in enumerate(events):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
            queue = event.workflow_task_scheduled_event_attributes.task_queue
            sticky = queue.kind == TaskQueueKind.TASK_QUEUE_KIND_STICKY
            if sticky and last.startswith(blow.identity) and _is_after(blow, event):
                yield from _until_done(events, index, _time(event))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            last = event.workflow_task_completed_event_attributes.identity


def _in_hand(blow: Fault, events: list[HistoryEvent]) -> Iterable[float]:
    """Tasks that the dead worker had begun: until another had done or begun them."""
    for index, event in enumerate(events):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            held = event.workflow_task_started_event_attributes.identity.startswith(blow.identity)
            following = events[index + 1] if index + 1 < len(events) else event
            timed_out = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
            if held and following.event_type == timed_out and _is_after(blow, following):
                yield from _until_done(events, index, blow.began)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            attributes = event.activity_task_started_event_attributes
            late = attributes.last_failure.HasField("timeout_failure_info")
            if late and _is_after(blow, event):
                yield _time(event) - blow.began


def _until_done(events: list[HistoryEvent], index: int, since: float) -> Iterable[float]:
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    later = (_time(event) for event in events[index:] if event.event_type == done)
    for moment in later:
        yield moment - since
        return


def _is_after(blow: Fault, event: HistoryEvent) -> bool:
    return 0 <= _time(event) - blow.began <= _NEAR


def _time(event: HistoryEvent) -> float:
    return event.event_time.ToNanoseconds() / 1e9
