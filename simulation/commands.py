"""What a workflow task is completed with: the workflow's commands and the core's own markers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.activity_result import ActivityResolution
from temporalio.bridge.proto.workflow_commands import (
    ScheduleLocalActivity,
    SetPatchMarker,
    WorkflowCommand,
)

LOCAL_ACTIVITY = "core_local_activity"
PATCH = "core_patch"


@dataclass
class Marker:
    """A marker that the core records itself."""

    name: str
    details: dict[str, Payload]
    failure: Failure | None = None


@dataclass
class CancelActivity:
    """Asks the server to cancel an activity, by the event that scheduled it."""

    scheduled_event: int


@dataclass
class CancelChild:
    """Asks the server to cancel a child."""

    workflow_id: str
    reason: str


Command = WorkflowCommand | Marker | CancelActivity | CancelChild


@dataclass
class Completion:
    """What a workflow task is completed with."""

    commands: list[Command]
    lang_flags: list[int]
    is_first: bool


@dataclass
class LocalResult:
    """How a local activity ended, and when (nanoseconds since 1970)."""

    resolution: ActivityResolution
    began_ns: int
    ended_ns: int


def kind_of(command: Command) -> str:
    """Name what a command asks for."""
    if isinstance(command, Marker):
        return "marker"
    if isinstance(command, CancelActivity):
        return "request_cancel_activity"
    if isinstance(command, CancelChild):
        return "cancel_child_workflow_execution"
    return command.WhichOneof("variant") or ""


def patch_commands(patch: SetPatchMarker, known: Sequence[str]) -> list[Command]:
    """Record a patch, and all that are known in the search attribute of the versions."""
    document = json.dumps({"id": patch.patch_id, "deprecated": patch.deprecated})
    upsert = WorkflowCommand()
    fields = upsert.upsert_workflow_search_attributes.search_attributes.indexed_fields
    fields["TemporalChangeVersion"].CopyFrom(
        Payload(
            metadata={"encoding": b"json/plain", "type": b"KeywordList"},
            data=json.dumps(sorted(known)).encode(),
        )
    )
    return [Marker(PATCH, {"patch-data": _json(document.replace(": ", ":"))}), upsert]


def _json(text: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=text.encode())


def _moment(at_ns: int) -> dict[str, int]:
    return {"seconds": at_ns // 10**9, "nanos": at_ns % 10**9}


def local_marker(schedule: ScheduleLocalActivity, result: LocalResult, index: int) -> Marker:
    """Record how a local activity ended; `index` is that of the activation that asked for it."""
    document = {
        "seq": schedule.seq,
        "attempt": 1,
        "activity_id": schedule.activity_id,
        "activity_type": schedule.activity_type,
        "complete_time": _moment(result.ended_ns),
        "backoff": None,
        "original_schedule_time": _moment(result.began_ns),
        "activation_index": index,
    }
    details = {"data": _json(json.dumps(document, separators=(",", ":")))}
    if result.resolution.HasField("completed"):
        details["result"] = result.resolution.completed.result
        return Marker(LOCAL_ACTIVITY, details)
    if result.resolution.HasField("cancelled"):
        return Marker(LOCAL_ACTIVITY, details, result.resolution.cancelled.failure)
    return Marker(LOCAL_ACTIVITY, details, result.resolution.failed.failure)


CLOSING = (
    "complete_workflow_execution",
    "fail_workflow_execution",
    "cancel_workflow_execution",
    "continue_as_new_workflow_execution",
)

COMMAND_EVENTS = {
    EventType.EVENT_TYPE_TIMER_STARTED: "start_timer",
    EventType.EVENT_TYPE_TIMER_CANCELED: "cancel_timer",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "schedule_activity",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED: "request_cancel_activity",
    EventType.EVENT_TYPE_MARKER_RECORDED: "marker",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upsert_workflow_search_attributes",
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: "modify_workflow_properties",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: "start_child_workflow_execution",
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: (
        "signal_external_workflow_execution"
    ),
    EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: (
        "request_cancel_external_workflow_execution"
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "complete_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "fail_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "cancel_workflow_execution",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continue_as_new_workflow_execution",
}
"""The events that follow from a command, and which one."""


def command_of(event: HistoryEvent) -> str:
    """Name the command that an event follows from; a child is cancelled by one of its own."""
    asked = event.request_cancel_external_workflow_execution_initiated_event_attributes
    if asked.child_workflow_only:
        return "cancel_child_workflow_execution"
    return COMMAND_EVENTS[event.event_type]
