"""A history cut at its workflow tasks, with what the core looks ahead for."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.activity_result import ActivityResolution

_UNDONE = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)


@dataclass
class RecordedLocal:
    """What history says of a local activity."""

    resolution: ActivityResolution
    ended_ns: int


@dataclass
class Segment:
    """The events up to the start of a workflow task.

    `completed` is the end of the task before it, if that is among the events. `is_replay`: history
    knows already what this task led to; `locals` (by number), `patches` and `next_flags` are of
    that.
    """

    events: list[HistoryEvent]
    started: HistoryEvent | None
    completed: HistoryEvent | None = None
    is_replay: bool = False
    locals: dict[int, RecordedLocal] = field(default_factory=dict[int, RecordedLocal])
    patches: list[str] = field(default_factory=list[str])
    next_flags: set[int] = field(default_factory=set[int])


def segments_of(events: Sequence[HistoryEvent]) -> Iterator[Segment]:
    """Cut a history; a task that failed or timed out is as if it had not been."""
    batch: list[HistoryEvent] = []
    completed: HistoryEvent | None = None
    for place, event in enumerate(events):
        batch.append(event)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            completed = event
        if event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            continue
        following = events[place + 1] if place + 1 < len(events) else None
        if following is not None and following.event_type in _UNDONE:
            continue
        segment = Segment(batch, event, completed, is_replay=following is not None)
        if following is not None:
            _look_ahead(segment, following, events[place + 2 :])
        yield segment
        batch, completed = [], None
    if batch:
        yield Segment(batch, None, completed)


def _look_ahead(segment: Segment, completed: HistoryEvent, later: Sequence[HistoryEvent]) -> None:
    done = completed.workflow_task_completed_event_attributes
    segment.next_flags.update(done.sdk_metadata.lang_used_flags)
    for event in later:
        marker = event.marker_recorded_event_attributes
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            return
        if marker.workflow_task_completed_event_id != completed.event_id:
            continue
        if marker.marker_name == "core_local_activity":
            number, recorded = _local(event)
            segment.locals[number] = recorded
        elif marker.marker_name == "core_patch":
            document = json.loads(marker.details["patch-data"].payloads[0].data)
            segment.patches.append(document["id"])


def _local(event: HistoryEvent) -> tuple[int, RecordedLocal]:
    marker = event.marker_recorded_event_attributes
    document = json.loads(marker.details["data"].payloads[0].data)
    moment = document["complete_time"]
    resolution = ActivityResolution()
    if marker.HasField("failure"):
        resolution.failed.failure.CopyFrom(marker.failure)
    else:
        resolution.completed.result.CopyFrom(marker.details["result"].payloads[0])
    return document["seq"], RecordedLocal(resolution, moment["seconds"] * 10**9 + moment["nanos"])
