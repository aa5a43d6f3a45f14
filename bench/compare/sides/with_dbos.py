"""A DBOS workflow on PostgreSQL.

Workflow, steps with retries and a durable sleep: https://docs.dbos.dev/python/programming-guide
and https://docs.dbos.dev/python/tutorials/step-tutorial (ten attempts, as its example has);
queue and client: https://docs.dbos.dev/python/tutorials/queue-tutorial and
https://docs.dbos.dev/python/reference/client. Without DBOS Conductor, a worker takes up its own
workflows when it is started again: https://docs.dbos.dev/production/workflow-recovery.
"""
# pyright: reportMissingImports=false, reportFunctionMemberAccess=false
# DBOS lives in .venv-bench.

import asyncio
import os
import sys
from typing import Any

from dbos import DBOS, DBOSClient

from bench.compare.sides import api
from bench.compare.sides.api import Order, Sent, fields

URL = os.environ["BENCH_DATABASE"]
HTTP = api.http()


@DBOS.step(retries_allowed=True, max_attempts=10)
async def fetch_options(order: Order) -> list[str]:
    """Fetch the options."""
    return api.wanted(await HTTP.send(api.options(order)))


@DBOS.step()
async def validate(order: Order, demanded: list[str]) -> None:
    """Judge the record."""
    api.check(order, demanded)


@DBOS.step(retries_allowed=True, max_attempts=10)
async def send_record(order: Order) -> Sent:
    """Send the record."""
    return Sent.read(order, await HTTP.send(api.send(order)))


@DBOS.step(retries_allowed=True, max_attempts=10)
async def read_status(sent: Sent) -> Sent:
    """Ask how the operation stands."""
    return Sent.read(sent.order, await HTTP.send(api.look(sent)))


@DBOS.workflow()
async def push(given: dict[str, Any]) -> str:
    """Options, check, send, poll."""
    order = Order(**given)
    await validate(order, await fetch_options(order))
    sent = await send_record(order)
    while sent.status == "Pending":
        await DBOS.sleep_async(order.every)
        sent = await read_status(sent)
    return sent.status


async def work() -> None:
    """Serve until killed."""
    DBOS(
        config={
            "name": "bench",
            "system_database_url": URL,
            "executor_id": os.environ["BENCH_WORKER"],
            "log_level": "WARNING",
        }
    )
    DBOS.launch()
    await DBOS.register_queue_async("push")
    print("Worker ready", flush=True)
    await asyncio.Event().wait()


async def desk() -> None:
    """Take orders until killed."""
    client = DBOSClient(system_database_url=URL)

    async def start(order: Order) -> None:
        options = {"workflow_name": "push", "queue_name": "push", "workflow_id": order.id}
        await client.enqueue_async(options, fields(order))

    async def endings(names: list[str]) -> list[tuple[str, str]]:
        found = await client.list_workflows_async(
            workflow_ids=names, status=["SUCCESS", "ERROR"], load_input=False
        )
        return [(status.workflow_id, str(status.output or "Failed")) for status in found]

    await api.Desk(start, endings).serve()


if __name__ == "__main__":
    asyncio.run(work() if sys.argv[1] == "worker" else desk())
