"""A push told from its events, and what no event tells: an activity that the server repeats."""

from datetime import UTC, datetime, timedelta
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
from dispatch.timeline.timeline import Timeline, TimelineEvent, merged
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


def an_event(kind, second, number=5):
    event = HistoryEvent(event_id=number, event_type=getattr(EventType, f"EVENT_TYPE_{kind}"))
    event.event_time.FromDatetime(AT + timedelta(seconds=second))
    return event


async def test_a_step_says_how_long_it_ran_without_its_wait():
    planned = an_event("ACTIVITY_TASK_SCHEDULED", 0)
    planned.activity_task_scheduled_event_attributes.activity_type.name = "poll-status"
    begun = an_event("ACTIVITY_TASK_STARTED", 4)
    begun.activity_task_started_event_attributes.scheduled_event_id = 5
    failed = an_event("ACTIVITY_TASK_FAILED", 4.5)
    failed.activity_task_failed_event_attributes.scheduled_event_id = 5
    told = Timeline(uuid4())
    chapter = HistoryReader(told, ResendReasons(), CONVERTER, 1)
    for event in (planned, begun, failed):
        await chapter.read(event)

    assert [0.5] == [moment.seconds for moment in told.moments]


def test_what_happens_again_took_the_sum():
    again = merged([TimelineEvent(AT, 1, "asked", seconds=each) for each in (0.5, None, 0.25)])

    assert [(3, 0.75)] == [(moment.times, moment.seconds) for moment in again]


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
