"""How pushes are started, and the doors that people press meanwhile, on either side."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from bench.chaos.plan import Item, Press, company, connection
from bench.sides.api import Order
from dispatch.pushes import NoSuchPush, Push, start_push
from dispatch.retries import StillRunning, retry_push
from workflows.models import PushRequest

_TASKS = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)
_FOR_ENDED = ("retry", "start over an ended one")
_PATIENCE = 30
"""Seconds that people wait for a push before they leave its door alone."""

_DOWN = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
)
"""What a client hears of a server that dies under its call, or is dead."""

_JUST_UP = "Namespace default is not found"
"""What a client hears of a dev server that has just come up again."""

T = TypeVar("T")


class Refused(Exception):
    """The door did not open: there was nothing to reset, or it is still running."""


class Side:
    """One side's pushes: how each is named, started and asked for again."""

    name: str

    def __init__(self, client: Client) -> None:
        self.client = client

    def workflow_id(self, item: Item) -> str:
        """Give the id of its workflow."""
        raise NotImplementedError

    async def start(self, item: Item) -> None:
        """Start it as a backend does; a second time is the same key again."""
        raise NotImplementedError

    async def retry(self, item: Item) -> None:
        """Ask for it again, as an operator does."""
        raise NotImplementedError

    async def start_by_name(self, item: Item) -> None:
        """Start it by its name, with only the input, as the Temporal UI does."""
        raise NotImplementedError

    async def running(self) -> int:
        """Count the pushes that have not ended."""
        query = f'TaskQueue="{self.name}" AND ExecutionStatus="Running"'
        return (await self.client.count_workflows(query)).count

    def handle(self, item: Item) -> WorkflowHandle[Any, Any]:
        """Give its workflow, whichever run is the latest."""
        return self.client.get_workflow_handle(self.workflow_id(item))

    async def press(self, press: Press, item: Item, dice: Random) -> None:
        """Press a door; Refused when it does not open."""
        if press.door in _FOR_ENDED:
            await self._end_of(item)
        match press.door:
            case "retry":
                await persist(lambda: self.retry(item))
            case "terminate, start by name":
                await persist(lambda: self.handle(item).terminate("chaos"))
                await persist(lambda: self.start_by_name(item))
            case "same key again":
                await persist(lambda: self.start(item))
            case "start over an ended one":
                await persist(lambda: self.start_by_name(item))
            case _:
                await self._reset(item, press.door, dice)

    async def _end_of(self, item: Item) -> None:
        """Wait until it has ended, as people do who want to retry; TimeoutError if it does not."""
        with suppress(WorkflowFailureError):
            await asyncio.wait_for(persist(self.handle(item).result), _PATIENCE)

    async def _first_task(self, item: Item) -> list[int]:
        """Wait until there is a task that it can be reset to; Refused if there is none."""
        handle = self.handle(item)
        for _ in range(_PATIENCE):
            history = await persist(handle.fetch_history)
            tasks = [event.event_id for event in history.events if event.event_type in _TASKS]
            if tasks:
                return tasks
            await asyncio.sleep(1)
        raise Refused

    async def _reset(self, item: Item, door: str, dice: Random) -> None:
        tasks = await self._first_task(item)
        described = await persist(self.handle(item).describe)
        where = {"reset to the first task": tasks[0], "reset to the last task": tasks[-1]}
        request = ResetWorkflowExecutionRequest(
            namespace=self.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=described.id, run_id=described.run_id),
            workflow_task_finish_event_id=where.get(door) or dice.choice(tasks),
            reason="chaos",
            request_id=str(UUID(int=dice.getrandbits(128))),
        )
        await persist(lambda: self.client.workflow_service.reset_workflow_execution(request))


class Ours(Side):
    """Pushes of Surepush."""

    name = "ours"

    def request(self, item: Item) -> PushRequest:
        """Make what a backend asks."""
        return PushRequest.model_validate(
            {
                "companyId": company(self.name),
                "connectionId": connection(self.name, item.place),
                "dataType": item.data_type,
                "data": item.data,
                "idempotencyKey": item.key,
                "recordId": item.record_id,
                "timeoutInMinutes": item.minutes,
            }
        )

    def push(self, item: Item) -> Push:
        """Give the push as the outside knows it."""
        return Push(self.client, self.request(item).push_id)

    def workflow_id(self, item: Item) -> str:
        """Give the id of its workflow."""
        return self.request(item).workflow_id

    async def start(self, item: Item) -> None:
        """Start it through `dispatch`, or join it."""
        await start_push(self.client, self.request(item), task_queue=self.name)

    async def retry(self, item: Item) -> None:
        """Ask for it again through `dispatch`."""
        try:
            await retry_push(self.push(item), task_queue=self.name)
        except (StillRunning, NoSuchPush):
            raise Refused from None

    async def start_by_name(self, item: Item) -> None:
        """Start it past `dispatch`."""
        request = self.request(item).model_dump(mode="json", by_alias=True, exclude_none=True)
        await self.client.start_workflow(
            "push", request, id=self.workflow_id(item), task_queue=self.name
        )


class Plain(Side):
    """Pushes of the plain workflow, with the server's default policies."""

    name = "plain"

    def workflow_id(self, item: Item) -> str:
        """Give the id of its workflow."""
        return f"plain-{item.number}"

    async def start(self, item: Item) -> None:
        """Start it; the same id again runs again when the first has ended."""
        here = f"/companies/{company(self.name)}/connections/{connection(self.name, item.place)}"
        tail = f"/{item.record_id}" if item.record_id else ""
        order = Order(
            id=str(item.number),
            method="PUT" if item.record_id else "POST",
            path=f"{here}/push/{item.data_type}{tail}",
            data=item.data,
            minutes=item.minutes,
        )
        await self.client.start_workflow(
            "plain-push", order, id=self.workflow_id(item), task_queue=self.name
        )

    async def retry(self, item: Item) -> None:
        """Start one again that did not succeed."""
        described = await persist(lambda: self.handle(item).describe())
        if described.status in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED):
            raise Refused
        await self.start(item)

    async def start_by_name(self, item: Item) -> None:
        """Start it: there is only one way."""
        await self.start(item)


async def persist(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask a server until it is there; whatever else it says is raised."""
    while True:
        try:
            return await ask()
        except RPCError as error:
            if error.status not in _DOWN and _JUST_UP not in error.message:
                raise
        await asyncio.sleep(0.5)


async def start(side: Side, item: Item) -> None:
    """Start a push as a backend that does not give up."""
    await persist(lambda: side.start(item))


async def pressed(side: Side, press: Press, item: Item, dice: Random) -> bool:
    """Press a door; False when it did not open."""
    try:
        await side.press(press, item, dice)
    except (Refused, TimeoutError, WorkflowAlreadyStartedError, RPCError):
        return False
    return True
