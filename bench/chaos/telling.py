"""The story of one push, out of its histories and the emulator's journal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.chaos.endings import Run
from bench.chaos.evidence import Case

_SILENT = ("WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED")


def story(case: Case) -> Iterator[str]:
    """Give lines in the order of time: what the server, and what the platform saw."""
    item = case.ending.item
    yield (
        f"push {item.number} = {case.ending.push_id}: {item.data_type} to {item.place.name}, "
        f"{item.push_kind}, twin of {item.twin}, minutes {item.minutes}"
    )
    moments = [moment for run in case.ending.runs for moment in _of_run(run)]
    for post in case.posts:
        did = f"{post['method']} {post['did']}, {post['status']}, {post['pushOperationKey']}"
        moments.append((post["receivedAt"][11:23], "platform", did))
    for record in case.records:
        written = f"record {record['recordId']} by {record['pushOperationKey']}"
        moments.append((record["writtenOnUtc"][11:23], "books", written))
    for at, who, what in sorted(moments):
        yield f"  {at} {who:9} {what}"
    if case.ending.outcome:
        yield f"  told: {case.ending.outcome.model_dump_json(exclude={'data'}, exclude_none=True)}"


def _of_run(run: Run) -> Iterator[tuple[str, str, str]]:
    names: dict[int, str] = {}
    for event in run.events:
        kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        scheduled = event.activity_task_scheduled_event_attributes
        if kind == "ACTIVITY_TASK_SCHEDULED":
            names[event.event_id] = scheduled.activity_type.name
        if kind not in _SILENT:
            yield _clock(event), f"run {run.id[-4:]}", f"{kind} {_detail(event, names)}"


def _detail(event: HistoryEvent, names: dict[int, str]) -> str:
    started = event.activity_task_started_event_attributes
    ended = next(
        (
            attributes
            for attributes in (
                event.activity_task_completed_event_attributes,
                event.activity_task_failed_event_attributes,
                event.activity_task_timed_out_event_attributes,
            )
            if attributes.scheduled_event_id
        ),
        None,
    )
    if ended:
        failure = event.activity_task_failed_event_attributes.failure
        return f"{names.get(ended.scheduled_event_id)} {failure.application_failure_info.type}"
    if started.scheduled_event_id:
        return f"{names.get(started.scheduled_event_id)} attempt {started.attempt}"
    return names.get(event.event_id, "")


def _clock(event: HistoryEvent) -> str:
    at = datetime.fromtimestamp(event.event_time.ToNanoseconds() / 1e9, UTC)
    return at.isoformat()[11:23]
