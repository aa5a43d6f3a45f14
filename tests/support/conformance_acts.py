"""What a client does to the workflows that compare the two servers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    PauseWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
    UnpauseWorkflowExecutionRequest,
)
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle

from tests.support.conformance_workflows import Scripted

Script = Callable[[WorkflowHandle[Any, Any], Client], Awaitable[None]]


async def until_the_end(handle: WorkflowHandle[Any, Any], _client: Client) -> None:
    try:
        await handle.result(follow_runs=False)
    except (WorkflowFailureError, Exception):  # noqa: BLE001, how it ends is in the history
        return


async def until_it_waits(
    handle: WorkflowHandle[Any, Any], *, kind: int = EventType.EVENT_TYPE_TIMER_STARTED
) -> None:
    """Wait until the last event is of this kind."""
    while True:
        events = [event async for event in handle.fetch_history_events()]
        if events[-1].event_type == kind:
            return
        await asyncio.sleep(0.1)


async def hint(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await until_it_waits(handle)
    await handle.signal("hint")
    await until_the_end(handle, client)


async def cancel(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await until_it_waits(handle)
    await handle.cancel()
    await until_the_end(handle, client)


async def terminate(handle: WorkflowHandle[Any, Any], _client: Client) -> None:
    await until_it_waits(handle)
    await handle.terminate()


async def reset_and_hint(
    handle: WorkflowHandle[Any, Any], client: Client, before_event: int = 4
) -> None:
    """Leave the history of the new run: `handle` names the workflow, not a run."""
    await until_it_waits(handle)
    execution = WorkflowExecution(workflow_id=handle.id, run_id=handle.first_execution_run_id or "")
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=execution,
            workflow_task_finish_event_id=before_event,
            reason="a test",
            request_id=str(uuid4()),
        )
    )
    latest = client.get_workflow_handle(handle.id)
    await until_it_waits(latest)
    await latest.signal("hint")
    await until_the_end(latest, client)


async def reset_late_and_hint(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await reset_and_hint(handle, client, before_event=9)


async def signal_with_start(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    """Signal a run that goes on, then one that begins by that."""
    await until_it_waits(handle)
    queue = (await handle.describe()).task_queue
    for _ in range(2):
        again = await client.start_workflow(
            Scripted.run, "waiting", id=handle.id, task_queue=queue, start_signal="hint"
        )
        await until_the_end(client.get_workflow_handle(again.id), client)


async def pause(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    request = PauseWorkflowExecutionRequest(namespace="default", workflow_id=handle.id)
    await client.workflow_service.pause_workflow_execution(request)


async def unpause(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    request = UnpauseWorkflowExecutionRequest(namespace="default", workflow_id=handle.id)
    await client.workflow_service.unpause_workflow_execution(request)


async def pause_and_hint(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await until_it_waits(handle)
    await pause(handle, client)
    await handle.signal("hint")
    await asyncio.sleep(0.5)
    await unpause(handle, client)
    await until_the_end(handle, client)


async def pause_within_a_task(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    await until_it_waits(handle, kind=EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
    await pause(handle, client)
    await handle.signal("hint")
    await until_it_waits(handle, kind=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
    await unpause(handle, client)
    await until_the_end(handle, client)


SCRIPTS: list[tuple[str, Script]] = [
    ("activity", until_the_end),
    ("failing", until_the_end),
    ("late", until_the_end),
    ("local", until_the_end),
    ("timer", until_the_end),
    ("patched", until_the_end),
    ("child", until_the_end),
    ("continued", until_the_end),
    ("given_up", until_the_end),
    ("waiting", hint),
    ("waiting", cancel),
    ("waiting", terminate),
    ("waiting", reset_and_hint),
    ("waiting", signal_with_start),
    ("waiting", pause_and_hint),
    ("slow_local", pause_within_a_task),
    ("second_guest", until_the_end),
    ("failing_guest", until_the_end),
    ("cancelled_guest", until_the_end),
    ("tells_nobody", until_the_end),
    ("cancels_nobody", until_the_end),
]

WITH_GUESTS: list[tuple[str, Script]] = [
    ("cancels_guest", until_the_end),
    ("ends_guest", until_the_end),
    ("leaves_guest", until_the_end),
    ("tells_guest", until_the_end),
    ("cancels_other", until_the_end),
    ("continued_with_guest", until_the_end),
    ("hosts", terminate),
    ("hosts", reset_and_hint),
    ("hosts", reset_late_and_hint),
]
"""What becomes of a child is compared, too."""

ALL = SCRIPTS + WITH_GUESTS
