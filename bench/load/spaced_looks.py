"""Table 2c, long waits: a timer and an activity for each look, or one activity for all.

`python -m bench.load.spaced_looks [WAITING [LOOKS]]`: tiny workflows without a push, on one worker.
One kind sleeps before each look. The other sleeps before the first look only; then the server
spaces the attempts of the one activity. What a start and an end cost is in both.
"""

import asyncio
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.load.metered import actions, server
from bench.servers import processor_seconds
from bench.tables import table

PAUSE = timedelta(seconds=5)
QUEUE = "looks"


@activity.defn
async def look(last: int) -> int:
    """Say that it is over at the attempt of that number."""
    if activity.info().attempt < last:
        raise ApplicationError("pending", category=ApplicationErrorCategory.BENIGN)
    return last


@workflow.defn
class TimedLooks:
    """A timer and an activity for each look."""

    @workflow.run
    async def run(self, looks: int) -> None:
        """Look so often."""
        for _ in range(looks):
            await workflow.sleep(PAUSE)
            await workflow.execute_activity(look, 1, start_to_close_timeout=PAUSE)


@workflow.defn
class SpacedLooks:
    """A timer, and one activity whose attempts are the looks."""

    @workflow.run
    async def run(self, looks: int) -> None:
        """Look so often."""
        spaced = RetryPolicy(initial_interval=PAUSE, backoff_coefficient=1)
        await workflow.sleep(PAUSE)
        await workflow.execute_activity(
            look, looks, start_to_close_timeout=PAUSE, retry_policy=spaced
        )


async def main(waiting: int, looks: int) -> None:
    """Measure both, one after the other, and one look of each for what is not looking."""
    rows = [
        await measured(kind, waiting, number)
        for kind in (TimedLooks, SpacedLooks)
        for number in (1, looks)
    ]
    heads = ("workflow", "looks", "actions", "events", "server ms", "worker ms")
    table(f"2c. Long waits: {waiting} at once, each", heads, rows)


async def measured(kind: type[TimedLooks | SpacedLooks], waiting: int, looks: int) -> list[object]:
    """Run so many to their end; gives a row of the table."""
    async with server(["default"]) as (address, metrics):
        process = _started_with(address.rpartition(":")[2])
        client = await Client.connect(address)
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[TimedLooks, SpacedLooks],
            activities=[look],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            own, before = time.process_time(), processor_seconds(process)
            handles = [
                await client.start_workflow(kind.run, looks, id=f"{uuid4()}", task_queue=QUEUE)
                for _ in range(waiting)
            ]
            await asyncio.gather(*(handle.result() for handle in handles))
            spent = processor_seconds(process) - before, time.process_time() - own
            events = median([(await handle.describe()).history_length for handle in handles])
            billed = (await actions(metrics))["default"]
    each = [f"{1000 * seconds / waiting:.1f}" for seconds in spent]
    return [kind.__name__, looks, f"{billed / waiting:.1f}", f"{events:.0f}", *each]


def _started_with(port: str) -> int:
    """Find the server's process by its command line."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        if port in line.read_text().split("\0") and "start-dev" in line.read_text():
            return int(line.parent.name)
    raise RuntimeError(f"No server was started with port {port}.")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    asyncio.run(main(*(given + [100, 10][len(given) :])))
