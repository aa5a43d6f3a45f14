"""How every push ended, and what each of its runs had said."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHistory

from bench.chaos.commands import persist
from bench.chaos.plan import Item
from bench.chaos.sides import Ours, Plain
from codat.models import PushStatus
from dispatch.pushes import Push
from workflows.models import PushOutcome

NOBODY = UUID(int=0)
"""Plain pushes have no push id."""

_TOLD = (WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.FAILED)
_AT_ONCE = 10
_ASK_EVERY = 5


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


async def of_ours(
    side: Ours, items: list[Item], within: float, *, looked_again: float = 0
) -> list[Ending]:
    """Wait for all pushes of ours, together no longer than so many seconds.

    `looked_again`: for how many seconds more those in doubt may be looked at again.
    """
    waits = await _waited(side, items, within)
    if looked_again:
        doubtful = [item for item in items if _is_in_doubt(waits[item.number])]
        await _until_out_of_doubt(side, doubtful, looked_again)
        waits |= await _waited(side, doubtful, within)
    endings: list[Ending] = []
    limit = asyncio.Semaphore(_AT_ONCE)

    async def read(item: Item) -> None:
        wait = waits[item.number]
        outcome = wait.result() if wait.done() and not wait.cancelled() else None
        status = outcome.status.value if outcome else None
        async with limit:
            runs = await _runs(side, item)
        endings.append(Ending(item, side.push(item).push_id, status, outcome, runs))

    await asyncio.gather(*(read(item) for item in items))
    return sorted(endings, key=lambda ending: ending.item.number)


async def _waited(
    side: Ours, items: list[Item], within: float
) -> dict[int, asyncio.Task[PushOutcome]]:
    waits = {item.number: asyncio.create_task(_outcome(side.push(item))) for item in items}
    if waits:
        await asyncio.wait(waits.values(), timeout=within)
    for wait in waits.values():
        wait.cancel()
    await asyncio.gather(*waits.values(), return_exceptions=True)
    return waits


def _is_in_doubt(wait: asyncio.Task[PushOutcome]) -> bool:
    return not wait.cancelled() and wait.result().status is PushStatus.UNKNOWN


async def _until_out_of_doubt(side: Ours, items: list[Item], within: float) -> None:
    """Wait until none is in doubt, but no longer than so many seconds."""
    end = asyncio.get_running_loop().time() + within
    while items and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(_ASK_EVERY)
        left = end - asyncio.get_running_loop().time()
        waits = await _waited(side, items, max(left, _ASK_EVERY))
        items = [
            item
            for item in items
            if waits[item.number].cancelled() or _is_in_doubt(waits[item.number])
        ]


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
    return sorted(runs, key=lambda run: run.events[0].event_time.ToNanoseconds())


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
