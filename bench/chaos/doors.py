"""The doors that people press while everything dies; docs/temporal_commands.md says what each does.

`delete` is not among them: it makes the server forget a push, so that nothing is promised of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from bench.chaos.commands import persist
from bench.chaos.items import Item
from bench.chaos.plan import Press
from bench.chaos.sides import Options, Refused, Side

_TASKS = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)
_OPEN = (
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED,
)

_WATCH = 0.1
_TRIES = 5

_RUNS = 4
"""Seconds in which the server may begin runs of its own, before somebody ends that."""

_NONSENSE = [1, {"pushOperationKey": None}, "x"]


async def pressed(side: Side, press: Press, item: Item, dice: Random) -> bool:
    """Press a door; False when it did not open."""
    try:
        await _press(side, press.door, item, dice)
    # ValueError: the SDK meets a paused run, whose status it does not know.
    except (Refused, TimeoutError, WorkflowAlreadyStartedError, RPCError, ValueError):
        return False
    return True


async def start(side: Side, item: Item) -> None:
    """Start a push as a backend that does not give up."""
    await persist(lambda: side.start(item))


async def _press(side: Side, door: str, item: Item, dice: Random) -> None:
    kind = door.partition(":")[0]
    if kind == "activity":
        await _on_activity(side, door, item, dice)
    elif kind == "reset":
        await _reset(side, door, item, dice)
    elif kind == "start":
        await _start(side, door, item)
    else:
        await _on_workflow(side, door, item, dice)


async def _on_workflow(side: Side, door: str, item: Item, dice: Random) -> None:
    handle = side.handle(item)
    match door:
        case "retry":
            await _end_of(side, item)
            await persist(lambda: side.retry(item))
        case "cancel":
            await persist(handle.cancel)
        case "signals":
            await persist(lambda: handle.signal("operation-updated", args=_NONSENSE))
            await persist(lambda: handle.signal("no-such-signal", args=_NONSENSE))
        case _:
            async with side.commands(item).paused():
                await asyncio.sleep(dice.uniform(0.5, 3))


async def _start(side: Side, door: str, item: Item) -> None:
    match door.partition(": ")[2]:
        case "same key again":
            await persist(lambda: side.start(item))
        case "over an ended one":
            await _end_of(side, item)
            await persist(lambda: side.start_by_name(item))
        case "after terminate":
            await _start_anew(side, item, side.start_by_name)
        case "with a copied memo and an old ledger":
            await _start_anew(side, item, side.start_with_a_past)
        case "with cron":
            await _start_and_mend(side, item, {"cron_schedule": "@every 1s"})
        case _:
            policy = RetryPolicy(initial_interval=timedelta(seconds=0.1), maximum_attempts=3)
            limit = timedelta(seconds=_RUNS / 2)
            await _start_and_mend(side, item, {"retry_policy": policy, "run_timeout": limit})


async def end_cron(side: Side, item: Item) -> None:
    """End what the server begins anew for ever, also after another door was pressed on it."""
    while await persist(partial(_is_cron, side, item)):
        await _terminate(side, item)
        with suppress(Refused):
            await persist(lambda: side.retry(item))


async def _is_cron(side: Side, item: Item) -> bool:
    async for event in side.handle(item).fetch_history_events():
        return bool(event.workflow_execution_started_event_attributes.cron_schedule)
    return False


async def _start_and_mend(side: Side, item: Item, options: Options) -> None:
    """Start a push that the server begins anew by itself, end that, and ask for it again."""
    await _start_anew(side, item, partial(side.start_with_a_past, **options))
    await asyncio.sleep(_RUNS)
    await _terminate(side, item)
    with suppress(Refused):
        await persist(lambda: side.retry(item))


async def _start_anew(side: Side, item: Item, begin: Callable[[Item], Awaitable[None]]) -> None:
    """End it and start it, also when somebody else starts it in between."""
    for _ in range(_TRIES):
        await _terminate(side, item)
        with suppress(WorkflowAlreadyStartedError):
            await persist(lambda: begin(item))
            return
    raise Refused


async def _terminate(side: Side, item: Item) -> None:
    """End its latest run, also when the server begins another one at that moment."""
    handle, commands = side.handle(item), side.commands(item)
    while (await commands.describe()).workflow_execution_info.status in _OPEN:
        with suppress(RPCError):  # that run is over
            await persist(lambda: handle.terminate("chaos"))


async def _end_of(side: Side, item: Item) -> None:
    """Wait until it has ended, as people do who want to retry; TimeoutError if it does not."""
    with suppress(WorkflowFailureError):
        await asyncio.wait_for(persist(side.handle(item).result), side.patience)


async def _on_activity(side: Side, door: str, item: Item, dice: Random) -> None:
    """Act upon the request that is under way or, when it was too quick, upon a later activity."""
    commands, what = side.commands(item), door.partition(": ")[2]
    match what:
        case "complete by hand":
            await _first_that(commands.complete, side, item)
        case "fail by hand":
            await _first_that(commands.fail, side, item)
        case "more attempts":
            each = timedelta(seconds=dice.choice((1, 60)))
            more = partial(commands.allow_attempts, most=3, each=each)
            await _first_that(more, side, item)
        case _:
            activity = await _first_that(commands.pause, side, item)
            try:
                await _failed_while_paused(side, item, activity, dice)
            finally:
                again = commands.reset if what == "pause, reset" else commands.unpause
                await again(activity)


async def _first_that(command: Callable[[str], Awaitable[None]], side: Side, item: Item) -> str:
    """Give the id of the first activity that a command is accepted for; Refused if none is."""

    async def first() -> str:
        for _ in range(_TRIES):
            activity = await _in_one_run(command, side, item)
            if activity:
                return activity
            await asyncio.sleep(1)  # somebody may just be starting it again
        raise Refused

    return await asyncio.wait_for(persist(first), side.patience)


async def _in_one_run(
    command: Callable[[str], Awaitable[None]], side: Side, item: Item
) -> str | None:
    """Try it on each activity from the first request on, as they come, until the run is over."""
    has_sent = False
    async for event in side.handle(item).fetch_history_events(wait_new_event=True):
        scheduled = event.activity_task_scheduled_event_attributes
        activity = scheduled.activity_id
        has_sent = has_sent or scheduled.activity_type.name == side.sends
        if has_sent and activity and await _accepted(command, activity):
            return activity
    return None


async def _accepted(command: Callable[[str], Awaitable[None]], activity: str) -> bool:
    try:
        await command(activity)
    except RPCError:  # it is over
        return False
    return True


async def _failed_while_paused(side: Side, item: Item, activity: str, dice: Random) -> None:
    """Give a paused attempt some seconds to fail."""
    commands = side.commands(item)
    for _ in range(int(dice.uniform(0.5, 4) / _WATCH)):
        pending = {info.activity_id: info.attempt for info in await commands.pending()}
        if pending.get(activity) != 1:
            return
        await asyncio.sleep(_WATCH)


async def _reset(side: Side, door: str, item: Item, dice: Random) -> None:
    run_id, tasks = await _tasks(side, item)
    where = {"reset: to the first task": tasks[0], "reset: to the last task": tasks[-1]}
    event_id = where.get(door) or dice.choice(tasks)
    await side.commands(item).reset_workflow(run_id, event_id, str(UUID(int=dice.getrandbits(128))))


async def _tasks(side: Side, item: Item) -> tuple[str, list[int]]:
    """Wait until its latest run has a task that it can be reset to; Refused if it gets none."""
    for _ in range(int(side.patience)):
        described = await side.commands(item).describe()
        run_id = described.workflow_execution_info.execution.run_id
        handle = side.client.get_workflow_handle(side.workflow_id(item), run_id=run_id)
        history = await persist(handle.fetch_history)
        tasks = [event.event_id for event in history.events if event.event_type in _TASKS]
        if tasks:
            return run_id, tasks
        await asyncio.sleep(1)
    raise Refused
