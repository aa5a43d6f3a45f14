"""One push told from its request to where it stands, over all its runs; no worker is asked."""

from collections.abc import Container, Sequence

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.payload_context import converter_of
from activities.visibility import equals
from dispatch.pushes import InvalidPushRequest, Push
from dispatch.timeline.history_reader import HistoryReader
from dispatch.timeline.resend_reasons import ResendReasons
from dispatch.timeline.timeline import Timeline, merged

_RESET = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW


async def build_timeline(push: Push) -> Timeline:
    """Read the histories of all runs of a push, in the order of time; NoSuchPush."""
    description = await push.describe()
    timeline = Timeline(
        push.push_id, is_running=description.status is WorkflowExecutionStatus.RUNNING
    )
    query = equals("WorkflowId", push.workflow_id)
    runs = {run.run_id: run.start_time async for run in push.client.list_workflows(query)}
    # The list lags behind; the latest run is known all the same.
    runs.setdefault(description.run_id, description.start_time)
    safety = ResendReasons()
    for number, run_id in enumerate(sorted(runs, key=lambda run: runs[run]), start=1):
        chapter = HistoryReader(
            timeline, safety, converter_of(push.client, push.workflow_id), number
        )
        events = await _events(push, run_id)
        timeline.unreadable += not events
        for event in _own(events, runs):
            await chapter.read(event)
        if run_id == description.run_id:
            for pending in description.raw_description.pending_activities:
                await chapter.look_at(pending)
            chapter.look_at_task(description.raw_description.pending_workflow_task)
            chapter.look_at_pause(description.raw_description.workflow_extended_info.pause_info)
    timeline.moments = merged(timeline.moments)
    if not timeline.is_running:
        try:
            timeline.outcome = await push.outcome()
        except InvalidPushRequest:
            timeline.outcome = None
    return timeline


async def _events(push: Push, run_id: str) -> list[HistoryEvent]:
    handle = push.client.get_workflow_handle(push.workflow_id, run_id=run_id)
    try:
        return [event async for event in handle.fetch_history_events()]
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise


def _own(events: Sequence[HistoryEvent], runs: Container[str]) -> Sequence[HistoryEvent]:
    """Leave out what a reset copied from a run that is told itself."""
    cut = 0
    for event in events:
        failed = event.workflow_task_failed_event_attributes
        if failed.cause == _RESET and failed.base_run_id in runs:
            cut = event.event_id - 1
    return events[cut:]
