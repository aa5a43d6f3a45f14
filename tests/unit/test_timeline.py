"""A push told from its events, and what no event tells: an activity that the server repeats."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import ActivityType
from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo, PendingWorkflowTaskInfo
from temporalio.client import WorkflowHistory

from dispatch.payloads.converter import CONVERTER
from dispatch.timeline.external_events import TASK_FAILED
from dispatch.timeline.history_reader import HistoryReader
from dispatch.timeline.resend_reasons import ResendReasons
from dispatch.timeline.timeline import Timeline, TimelineEvent
from tests.support.recorded_histories import PUSHES

AT, AGAIN = datetime(2026, 11, 22, 21, 30, tzinfo=UTC), datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("path", PUSHES, ids=lambda path: path.stem)
async def test_every_recorded_push_can_be_told(path):
    told = Timeline(uuid4())
    chapter = HistoryReader(told, ResendReasons(), CONVERTER, 1)
    for event in WorkflowHistory.from_json("push", path.read_text()).events:
        await chapter.read(event)

    assert told.request
    assert told.moments


@pytest.mark.parametrize("name", ["core_patch", "core_local_activity"])
async def test_a_marker_that_bears_no_result_tells_nothing(name):
    event = HistoryEvent(event_type=EventType.EVENT_TYPE_MARKER_RECORDED)
    event.marker_recorded_event_attributes.marker_name = name
    told = Timeline(uuid4())
    await HistoryReader(told, ResendReasons(), CONVERTER, 1).read(event)

    assert [] == told.moments


async def told_of(**given):
    told = Timeline(uuid4(), is_running=True)
    pending = PendingActivityInfo(activity_type=ActivityType(name="fetch-options"), **given)
    pending.scheduled_time.FromDatetime(AGAIN)
    pending.last_attempt_complete_time.FromDatetime(AT)
    await HistoryReader(told, ResendReasons(), CONVERTER, 1).look_at(pending)
    return told.moments


async def test_a_failed_activity_says_why_and_when_it_is_asked_again():
    (told,) = await told_of(
        attempt=3,
        state=PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
        last_failure=Failure(message="Codat answered 429."),
        last_worker_identity="7@vm",
    )

    what = "fetching the options failed; it is asked again at 22:30:00"
    assert TimelineEvent(AT, 1, what, "7@vm", said=("Codat answered 429.",), times=2) == told


async def test_what_is_asked_for_the_first_time_is_no_news():
    assert [] == await told_of(attempt=1)


async def test_the_timeline_says_how_often_a_task_has_failed():
    told = Timeline(
        uuid4(), [TimelineEvent(AT, 1, TASK_FAILED, said=("a wrong deploy",))], is_running=True
    )
    pending = PendingWorkflowTaskInfo(attempt=13)
    pending.scheduled_time.FromDatetime(AGAIN)
    HistoryReader(told, ResendReasons(), CONVERTER, 1).look_at_task(pending)

    assert (12, AGAIN) == (told.moments[0].times, told.moments[0].until)
