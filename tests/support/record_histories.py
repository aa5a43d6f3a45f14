"""`python -m tests.support.record_histories WAY ...`: today's workflow, recorded for tomorrow's.

One history for each way a push can go, over the dev server; all of them (no WAY named) take six
minutes, since one push is asked to the last. A run that a reset began from its very first event
is not among them: the Replayer gives it the id of the run before it, and the workflow asks whether
the two differ.
The commit that brings new recordings is named in `tests/replay/baseline.txt` afterwards.
Histories are append-only once a version has been deployed: then a changed workflow gets a branch
(`workflows/versions.py`) and a new prefix here, instead of new recordings of the old one.
"""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from activities.models import PushPolicy
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.plans import StartedPlan
from dispatch.pushes import Push
from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.plan_ways import PLAN_WAYS, plan_continued
from tests.support.reading_ways import READING_WAYS
from tests.support.recorded_histories import FOLDER, REPLAYED_QUEUE, without_machine
from tests.support.temporal_commands import point_after, reset
from tests.support.update_ways import UPDATE_WAYS, Line

VERSION = "v1"
QUICK = PushPolicy(poll_first=timedelta(milliseconds=500), find_for=timedelta(seconds=3))
OFTEN = PushPolicy(poll_first=timedelta(milliseconds=200), poll_factor=1)
PATIENT = PushPolicy(poll_first=timedelta(minutes=5))

SHORT_HISTORIES = "limit.historyCount.suggestContinueAsNew=40"
"""A setting of the server's, so that replay sees the same suggestion."""

Kept = Push | StartedPlan | Line
Way = Callable[[Cluster], Awaitable[Kept]]


async def success(here: Cluster) -> Push:
    return await here.push()


async def synchronous(here: Cluster) -> Push:
    return await here.push(connection_id=seeds.SYNCHRONOUS)


async def failed(here: Cluster) -> Push:
    return await here.push(connection_id=seeds.REFUSING)


async def not_fit(here: Cluster) -> Push:
    return await here.push(data=record("chartOfAccounts") | {"status": "Sleepy"})


async def refused(here: Cluster) -> Push:
    here.codat.fault("error-before-commit", method="POST", status=400)
    return await here.push()


async def throttled(here: Cluster) -> Push:
    here.codat.fault("throttle", method="POST", nth=1)
    return await here.push()


async def timed_out(here: Cluster) -> Push:
    return await here.push(connection_id=seeds.OFFLINE, timeout_in_minutes=1)


async def unknown(here: Cluster) -> Push:
    here.codat.fault("commit-then-5xx", method="POST", nth=1)
    return await here.push()


async def lost(here: Cluster) -> Push:
    here.codat.fault("commit-then-drop", method="POST", nth=1)
    return await here.push()


async def adopted(here: Cluster) -> Push:
    here.codat.settings(echo_data=True)
    return await unknown(here)


async def ruled_out(here: Cluster) -> Push:
    here.codat.settings(echo_data=True)
    here.codat.fault("commit-then-5xx", method="POST", nth=1)
    return await failed(here)


async def retried(here: Cluster) -> Push:
    push = await failed(here)
    await push.outcome()
    here.codat.connection(seeds.REFUSING).set(refusing=None)
    return await retry_push(push, task_queue=here.task_queue)


async def reset_on_the_way(here: Cluster) -> Push:
    here.codat.connection(seeds.PROMPT).set(delay=4)
    push = await here.push()
    await reset(push, await point_after(push, "push"))
    return push


async def hinted(here: Cluster) -> Push:
    push = await here.push()
    await eventually(lambda: _waits(push))
    await push.handle.signal("operation-updated")
    return push


async def _waits(push: Push) -> bool:
    progress = await push.progress()
    return bool(progress and progress.next_look_utc)


async def cancelled(here: Cluster) -> Push:
    here.codat.fault("throttle", method="POST", retry_after=60)
    push = await here.push()
    await eventually(lambda: _waits(push))
    await push.handle.cancel()
    return push


async def continued(here: Cluster) -> Push:
    here.codat.connection(seeds.PROMPT).set(delay=10)
    return await here.push()


async def grown(here: Cluster) -> Push:
    here.codat.connection(seeds.PROMPT).set(delay=52)
    return await here.push()


async def unasked(here: Cluster) -> Push:
    """Takes six minutes: so long it is asked at the deadline."""
    here.codat.fault("refuse", method="GET", path=r"^.*/push/[^/]+$")
    return await timed_out(here)


async def doubted(here: Cluster) -> Push:
    here.codat.settings(idempotency="ignored")
    return await lost(here)


WAYS: dict[str, tuple[Way, PushPolicy]] = {
    "success": (success, QUICK),
    "synchronous": (synchronous, QUICK),
    "failed": (failed, QUICK),
    "not-fit": (not_fit, QUICK),
    "refused": (refused, QUICK),
    "throttled": (throttled, QUICK),
    "timed-out": (timed_out, PushPolicy(poll_first=timedelta(seconds=10))),
    "unknown": (unknown, QUICK),
    "lost": (lost, QUICK),
    "adopted": (adopted, QUICK),
    "ruled-out": (ruled_out, QUICK),
    "retried": (retried, QUICK),
    "reset": (reset_on_the_way, QUICK),
    "hinted": (hinted, PATIENT),
    "cancelled": (cancelled, QUICK),
    "grown": (grown, OFTEN),
    "unasked": (unasked, PushPolicy(poll_first=timedelta(seconds=10))),
    "doubted": (doubted, QUICK),
}
WAYS |= {name: (way, QUICK) for name, way in (PLAN_WAYS | UPDATE_WAYS | READING_WAYS).items()}

ON_SHORT_HISTORIES: dict[str, tuple[Way, PushPolicy]] = {
    "continued": (continued, OFTEN),
    "plan-continued": (plan_continued, QUICK),
}


async def record_way(
    name: str, environment: WorkflowEnvironment, way: Way, like: PushPolicy
) -> None:
    """Let a push go that way, and keep the history of each of its runs."""
    queue = REPLAYED_QUEUE if name in UPDATE_WAYS else None
    async with cluster(environment, policy=like, task_queue=queue) as here:
        push = await way(here)
        await eventually(lambda: _is_over(push), within=400)
        runs = await _runs(push)
    for number, text in enumerate(runs, 1):
        suffix = f"-{number}" if len(runs) > 1 else ""
        (FOLDER / f"{VERSION}-{name}{suffix}.json").write_text(text)
    print(f"{name}: {len(runs)} run(s), {sum(map(len, runs))} bytes")  # noqa: T201, a command


async def _is_over(push: Kept) -> bool:
    return (await push.describe()).status is not WorkflowExecutionStatus.RUNNING


async def _runs(push: Kept) -> list[str]:
    """Give the histories of all runs, the first first."""
    texts: list[tuple[str, str]] = []
    async for run in push.client.list_workflows(f'WorkflowId="{push.workflow_id}"'):
        handle = push.client.get_workflow_handle(push.workflow_id, run_id=run.run_id)
        history = await handle.fetch_history()
        texts.append((run.start_time.isoformat(), without_machine(history.to_json())))
    return [text for _, text in sorted(texts)]


@asynccontextmanager
async def server(*settings: str) -> AsyncIterator[WorkflowEnvironment]:
    """Start a dev server of its own."""
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    more = [part for one in settings for part in ("--dynamic-config-value", one)]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path,
        data_converter=CONVERTER,
        dev_server_log_level="error",
        dev_server_extra_args=more,
    ) as environment:
        await register_search_attributes(environment.client)
        yield environment


async def main(names: list[str]) -> None:
    """Record these ways anew, or all."""
    FOLDER.mkdir(exist_ok=True)
    async with server() as usual, server(SHORT_HISTORIES) as short:
        places = {name: (short, *way) for name, way in ON_SHORT_HISTORIES.items()}
        places |= {name: (usual, *way) for name, way in WAYS.items()}
        chosen = names or [*places]
        for name in chosen:
            for old in FOLDER.glob(f"{VERSION}-{name}*.json"):
                old.unlink()
        apart = [name for name in chosen if name not in UPDATE_WAYS]
        await asyncio.gather(*(record_way(name, *places[name]) for name in apart))
        for name in UPDATE_WAYS.keys() & {*chosen}:  # they share a task queue
            await record_way(name, *places[name])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
