"""Temporal's commands on a push: history, reset, terminate, start like this one."""

import asyncio
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from dispatch.pushes import Push
from tests.support.cluster import Cluster
from workflows.models import PushOutcome

ENDS_OF_TASKS = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)


async def history(push: Push, run_id: str | None = None) -> list[HistoryEvent]:
    """Read the events of a run, of the latest by default."""
    handle = push.client.get_workflow_handle(push.workflow_id, run_id=run_id)
    return [event async for event in handle.fetch_history_events()]


async def names_of_activities(push: Push) -> list[str]:
    """Give the names of the activities of its latest run, in their order."""
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in await history(push)
        if event.HasField("activity_task_scheduled_event_attributes")
    ]


async def points(push: Push, run_id: str | None = None) -> list[int]:
    """The events to which a run can be reset."""
    events = await history(push, run_id)
    return [event.event_id for event in events if event.event_type in ENDS_OF_TASKS]


async def point_after(push: Push, activity: str) -> int:
    """Wait for the end of a task that comes after the schedule of this activity."""
    while True:
        events = await history(push)
        scheduled = [
            event.event_id
            for event in events
            if event.activity_task_scheduled_event_attributes.activity_type.name == activity
        ]
        later = [point for point in await points(push) if scheduled and point > scheduled[0]]
        if later:
            return later[0]
        await asyncio.sleep(0.02)


async def failures(push: Push) -> set[str]:
    """The types of the failures of the latest run's activities."""
    return {
        event.activity_task_failed_event_attributes.failure.application_failure_info.type
        for event in await history(push)
    }


async def reset(push: Push, event_id: int | None = None, run_id: str | None = None) -> str:
    """Reset a run (the latest) to a point (the first); gives the id of the new run."""
    event_id = event_id or (await points(push, run_id))[0]
    answer = await push.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=push.client.namespace,
            workflow_execution=WorkflowExecution(
                workflow_id=push.workflow_id, run_id=run_id or (await push.describe()).run_id
            ),
            reason="a test",
            workflow_task_finish_event_id=event_id,
            request_id=str(uuid4()),
        )
    )
    return answer.run_id


async def terminate(push: Push) -> None:
    """Terminate the push unless it is over."""
    try:
        await push.handle.terminate("a test")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def start_like(push: Push, task_queue: str, **changes: Any) -> None:
    """Start it again as Temporal's UI does: same id and input, no memo, the default policy."""
    first = (await history(push))[0].workflow_execution_started_event_attributes
    (sent,) = await push.client.data_converter.decode(first.input.payloads)
    description = await push.describe()
    await push.client.start_workflow(
        "push",
        {**sent, **changes},
        id=push.workflow_id,
        task_queue=task_queue,
        search_attributes=description.typed_search_attributes,
    )


async def start_again(push: Push, task_queue: str, **changes: Any) -> None:
    """Terminate it if it still runs, and start it like that."""
    if (await push.describe()).status is WorkflowExecutionStatus.RUNNING:
        await terminate(push)
    await start_like(push, task_queue, **changes)


def check(here: Cluster, outcome: PushOutcome) -> None:
    """Hold what a push says against the books."""
    records = len(here.records)
    assert records <= 1, f"{records} records"
    if outcome.status == "Success":
        assert records == 1, "a Success without a record"
    if outcome.status == "Failed" or not outcome.submitted:
        assert records == 0, f"{outcome.status}, submitted={outcome.submitted}, and a record"
    if records and outcome.status != "Success":
        assert outcome.may_still_land, f"{outcome.status} with a record may not land"
