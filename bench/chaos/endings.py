"""How every push ended, and what each of its runs had said."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHistory

from bench.chaos.commands import persist
from bench.chaos.items import Item
from bench.chaos.open_pushes import SHOW_EVERY, in_parallel, show_open
from bench.chaos.sides import Ours, Plain
from dispatch.look_again import look_again
from dispatch.pushes import Push
from workflows.models import PushOutcome

NOBODY = UUID(int=0)
"""Plain pushes have no push id."""

_STILL_OPEN = datetime.max.replace(tzinfo=UTC)

_TOLD = (WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.FAILED)


@dataclass
class Run:
    """One run of a push: its history, and what it told at its end, if it could."""

    id: str
    closed: datetime | None
    history: WorkflowHistory
    told: PushOutcome | None = None

    @property
    def events(self) -> list[HistoryEvent]:
        """Its events."""
        return list(self.history.events)


@dataclass
class Ending:
    """How a push ended: None as status, if it has not."""

    item: Item
    push_id: UUID
    status: str | None
    outcome: PushOutcome | None = None
    runs: list[Run] = field(default_factory=list[Run])


async def of_ours(side: Ours, items: list[Item], within: float, *, looks: int = 0) -> list[Ending]:
    """Wait for all pushes of ours, together no longer than so many seconds.

    `looks`: how often those in doubt are looked at again, as `push-look-again` does in a day; not
    once more after a time that settled none, and not where the software is offline.
    """
    waits = await _waited(side, items, within)
    in_doubt = len(items) + 1
    for _ in range(looks):
        doubtful = [
            item
            for item in items
            if _is_in_doubt(waits[item.number]) and not item.place.behaviour.get("offline")
        ]
        if len(doubtful) == in_doubt:
            break
        in_doubt = len(doubtful)
        await in_parallel(doubtful, partial(_look_again, side))
        waits |= await _waited(side, doubtful, within)
    endings: list[Ending] = []

    async def read(item: Item) -> None:
        wait = waits[item.number]
        outcome = wait.result() if wait.done() and not wait.cancelled() else None
        runs = await _runs(side, item)
        if outcome and runs and runs[-1].told:
            outcome = runs[-1].told  # it may have been looked at once more since
        status = outcome.status.value if outcome else None
        endings.append(Ending(item, side.push(item).push_id, status, outcome, runs))

    await in_parallel(items, read)
    return sorted(endings, key=lambda ending: ending.item.number)


async def _waited(
    side: Ours, items: list[Item], within: float
) -> dict[int, asyncio.Task[PushOutcome]]:
    waits = {item.number: asyncio.create_task(_outcome(side.push(item))) for item in items}
    end = asyncio.get_running_loop().time() + within
    left = items
    while left and (pause := end - asyncio.get_running_loop().time()) > 0:
        tasks = [waits[item.number] for item in left]
        await asyncio.wait(tasks, timeout=min(pause, SHOW_EVERY))
        left = [item for item in left if not waits[item.number].done()]
        await show_open(side, left)
    for wait in waits.values():
        wait.cancel()
    await asyncio.gather(*waits.values(), return_exceptions=True)
    return waits


def _is_in_doubt(wait: asyncio.Task[PushOutcome]) -> bool:
    return not wait.cancelled() and wait.result().may_still_land


async def _look_again(side: Ours, item: Item) -> None:
    await persist(lambda: look_again(side.client, side.workflow_id(item)))


async def of_plain(side: Plain, items: list[Item], within: float) -> list[Ending]:
    """Wait for all plain pushes, together no longer than so many seconds."""
    waits = {item.number: asyncio.create_task(persist(side.handle(item).result)) for item in items}
    await asyncio.wait(waits.values(), timeout=within)
    endings: list[Ending] = []
    for item in items:
        wait = waits[item.number]
        status = None
        if wait.done():
            status = "Terminated" if wait.exception() else str(wait.result()["status"])
        wait.cancel()
        endings.append(Ending(item, NOBODY, status))
    return endings


async def _outcome(push: Push) -> PushOutcome:
    return await persist(push.outcome)


async def _runs(side: Ours, item: Item) -> list[Run]:
    query = f'WorkflowId="{side.workflow_id(item)}"'
    found = [run async for run in side.client.list_workflows(query)]
    runs = [await _run(side.client, run) for run in found]
    # By their ends: a run that a reset made has the first event of the one before.
    return sorted(runs, key=lambda run: run.closed or _STILL_OPEN)


async def _run(client: Client, execution: WorkflowExecution) -> Run:
    handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
    run = Run(execution.run_id, execution.close_time, await handle.fetch_history())
    if execution.status in _TOLD:
        run.told = await _told(client, run)
    return run


async def _told(client: Client, run: Run) -> PushOutcome | None:
    last = run.events[-1]
    done = last.workflow_execution_completed_event_attributes.result.payloads
    failure = last.workflow_execution_failed_event_attributes.failure.application_failure_info
    payloads = done or (failure.details.payloads if failure.type.startswith("Push") else [])
    if not payloads:
        return None
    (outcome,) = await client.data_converter.decode(payloads, [PushOutcome])
    return outcome
