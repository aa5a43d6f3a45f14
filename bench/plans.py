"""Table 13, plans: what a plan costs beside the same pushes started by hand.

`python -m bench.plans [--times 7] [--steps 1000] [--layers 10]` starts a dev server and has a
worker push to the emulator's synchronous platform, in this process. It prints

- three steps, each bound to the one before it, as a plan and as three pushes that a backend starts
  one after the other: seconds (median, by turns), the median of the turns' ratios, and actions;
- many steps in layers, as a plan and as the same pushes started layer by layer, 20 at a time, as
  `push-all --wait` does: seconds, the plan's events and runs, records that are lost or doubled.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from temporalio.testing import WorkflowEnvironment

from activities.models import PushPolicy
from bench.billed_actions import BILLED
from bench.tables import spread, table
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.plans import StartedPlan, start_plan
from dispatch.pushes import start_push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster, cluster
from workflows.models import PushRequest
from workflows.plan.check import read_plan
from workflows.plan.models import SUCCEEDED, PlanRequest

AT_ONCE = 20

MANY_SHARDS = ("--dynamic-config-value", "history.transferProcessorMaxPollRPS=1000")
"""A server looks for signals and tasks to pass on 20 times a second in each of its shards. A dev
server has one shard for all workflows, and each step would wait for it twice; a cluster has
hundreds."""


def a_plan(steps: int, layers: int) -> PlanRequest:
    """Suppliers in layers; each but those of the first bears the id of one of the layer before."""
    wide, key = steps // layers, uuid4().hex[:8]
    made: list[dict[str, Any]] = []
    for number in range(steps):
        data = record("suppliers", number=f"{key}-{number}")
        if number >= wide:
            data["contactName"] = {"$ref": f"s{number - wide}#/records/0/id"}
        made.append({"name": f"s{number}", "dataType": "suppliers", "data": data})
    where = {"companyId": seeds.COMPANY, "connectionId": seeds.SYNCHRONOUS}
    return read_plan({"key": key, **where, "steps": made})


async def by_plan(here: Cluster, plan: PlanRequest) -> tuple[float, StartedPlan]:
    """Run a plan; give its seconds."""
    begun = time.perf_counter()
    started = await start_plan(here.client, plan, task_queue=here.task_queue)
    report = await started.outcome()
    assert report.state == SUCCEEDED, report
    return time.perf_counter() - begun, started


async def by_hand(here: Cluster, plan: PlanRequest, wide: int) -> float:
    """Start the same pushes layer by layer, each with the id that it needs; give the seconds."""
    begun, gate = time.perf_counter(), asyncio.Semaphore(AT_ONCE)
    ids: dict[str, str] = {}

    async def push(name: str, fields: dict[str, Any]) -> None:
        async with gate:
            data = dict(fields["data"])
            if "contactName" in data and isinstance(data["contactName"], dict):
                data["contactName"] = ids[data["contactName"]["$ref"].partition("#")[0]]
            request = PushRequest.model_validate({**fields, "data": data})
            started = await start_push(here.client, request, task_queue=here.task_queue)
            ids[name] = (await started.outcome()).records[0].id or ""

    for first in range(0, len(plan.steps), wide):
        layer = plan.steps[first : first + wide]
        await asyncio.gather(*(push(step.name, plan.fields_of(step)) for step in layer))
    return time.perf_counter() - begun


async def history(plan: StartedPlan) -> tuple[int, list[int]]:
    """Count a plan's billed actions, and the events of each of its runs."""
    billed, events = 0, []
    async for run in plan.client.list_workflows(f"WorkflowId = '{plan.workflow_id}'"):
        handle = plan.client.get_workflow_handle(plan.workflow_id, run_id=run.run_id)
        found = [event.event_type async for event in handle.fetch_history_events()]
        billed += sum(event in BILLED for event in found)
        events.append(len(found))
    return billed, events


async def three_steps(here: Cluster, times: int) -> None:
    """Print the table of three steps."""
    plans, hands = [], []
    last = None
    await by_hand(here, a_plan(3, 3), 1)  # the options, once
    await by_plan(here, a_plan(3, 3))  # how quick the platform is
    for _ in range(times):
        hands.append(await by_hand(here, a_plan(3, 3), 1))
        seconds, last = await by_plan(here, a_plan(3, 3))
        plans.append(seconds)
    assert last
    more, _ = await _listed(last)
    ratio = median(plan / hand for plan, hand in zip(plans, hands, strict=True))
    rows = [
        ("by hand", spread(hands, 3), 0, ""),
        ("as a plan", spread(plans, 3), more, f"{ratio:.2f}"),
    ]
    title = f"Three steps, one after the other; {times} turns, load {load()}"
    table(title, ("", "seconds", "actions more", "ratio"), rows)


async def many_steps(here: Cluster, steps: int, layers: int) -> None:
    """Print the table of many steps."""
    hand = await by_hand(here, a_plan(steps, layers), steps // layers)
    before = len(here.records)
    seconds, plan = await by_plan(here, a_plan(steps, layers))
    names = Counter(one["pushOperationKey"] for one in here.records[before:])
    lost, doubled = steps - len(names), sum(count - 1 for count in names.values())
    actions, events = await _listed(plan)
    heads = ("", "seconds", "ratio", "actions a step", "events a run", "runs", "lost", "doubled")
    rows = [
        ("by layers", f"{hand:.1f}", "", "", "", "", "", ""),
        (
            "as a plan",
            f"{seconds:.1f}",
            f"{seconds / hand:.2f}",
            f"{actions / steps:.2f}",
            max(events),
            len(events),
            lost,
            doubled,
        ),
    ]
    table(f"{steps} steps in {layers} layers; load {load()}", heads, rows)


def load() -> str:
    """Give the machine's load of the last minute, and its processors."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


async def _listed(plan: StartedPlan) -> tuple[int, list[int]]:
    """Count once the list knows the plan; it lags a moment behind."""
    while not (found := await history(plan))[1]:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return found


async def main(times: int, steps: int, layers: int) -> None:
    """Measure and print."""
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path,
        data_converter=CONVERTER,
        dev_server_log_level="error",
        dev_server_extra_args=[*MANY_SHARDS],
    ) as environment:
        await register_search_attributes(environment.client)
        async with cluster(environment, policy=PushPolicy()) as here:
            await three_steps(here, times)
            await many_steps(here, steps, layers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--layers", type=int, default=10)
    given = parser.parse_args()
    asyncio.run(main(given.times, given.steps, given.layers))
