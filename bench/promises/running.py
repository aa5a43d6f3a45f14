"""A running build: pushes are started through its desk, and judged by their histories."""

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.compare.ground import Ground
from bench.compare.side import Side
from bench.compare.sides.api import Order
from bench.compare.sides.ours import request
from bench.load.metered import actions
from bench.servers import processor_seconds
from stack.process import ProcessFailed

MAX_SECONDS = 1200
POLLS = {"poll-status", "read_status"}


@dataclass(frozen=True)
class Wave:
    """Pushes that were started together: seconds to their end, and of the processors."""

    orders: list[Order]
    requests: int
    seconds: float
    processor: float


@dataclass(frozen=True)
class Facts:
    """What a history says: its events, how often was polled, how late the end was seen (s)."""

    events: int
    polls: int
    late: float


@dataclass
class RunningBuild:
    """A build with its server, one worker and a desk."""

    row: str
    side: Side
    ground: Ground
    client: Client

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.side.name

    def label(self, what: str) -> str:
        """Name a company that no other build has."""
        return f"{self.row} {self.name} {what}"

    async def open(self, what: str, **behaviour: object) -> str:
        """Add a company with one connection; gives the path of its pushes but for the type."""
        return await self.ground.open(self.label(what), **behaviour)

    async def push(
        self, what: str, path: str, many: int, *, over: float = 0, every: float = 2
    ) -> Wave:
        """Start so many within so many seconds and wait until all have ended as a Success."""
        orders = self.ground.orders(self.label(what), path, many, every=every)
        since = await self.ground.last()
        spent, began = self.processor(), time.monotonic()
        for number, order in enumerate(orders):
            await asyncio.sleep(began + over * number / many - time.monotonic())
            await self.side.start(order)
        names = [order.id for order in orders]
        if not await self.side.wait(names, MAX_SECONDS):
            raise ProcessFailed(f"{self.label(what)}: not all ended in {MAX_SECONDS} s.")
        spent = self.processor() - spent
        if wrong := {self.side.endings[name][0] for name in names} - {"Success"}:
            raise ProcessFailed(f"{self.label(what)}: a push ended as {', '.join(wrong)}.")
        took = max(self.side.endings[name][1] for name in names) - began
        entries = await self.ground.journal(self.label(what), since)
        return Wave(orders, len(entries), took, spent)

    def processor(self) -> float:
        """Give the processor seconds of its worker and server so far."""
        return self.side.seconds() + processor_seconds(self.server)

    @property
    def server(self) -> int:
        """The process of its server."""
        return self.side.servers.running["temporal"].id

    async def idle(self, seconds: float) -> float:
        """Give the share of a core that it takes with nothing to do."""
        before, began = self.processor(), time.monotonic()
        await asyncio.sleep(seconds)
        return (self.processor() - before) / (time.monotonic() - began)

    async def actions(self) -> int:
        """Read how many actions its server has counted."""
        return (await actions(f"http://127.0.0.1:{self.side.servers.metrics}/metrics"))["default"]

    async def facts(self, wave: Wave) -> list[Facts]:
        """Read the histories of pushes that have ended."""
        return [await self._facts(order) for order in wave.orders]

    async def _facts(self, order: Order) -> Facts:
        name = f"plain-{order.id}" if self.name == "plain" else f"push-{request(order).push_id}"
        history = await self.client.get_workflow_handle(name).fetch_history()
        events = list(history.events)
        closed = events[-1].event_time.ToDatetime(tzinfo=UTC)
        late = (closed - _completed(events[-1])).total_seconds()
        return Facts(len(events), polls_of(events), late)


def polls_of(events: list[HistoryEvent]) -> int:
    """Count the attempts of all polls in a history."""
    polls = {
        event.event_id
        for event in events
        if event.activity_task_scheduled_event_attributes.activity_type.name in POLLS
    }
    started = (event.activity_task_started_event_attributes for event in events)
    return sum(start.attempt for start in started if start.scheduled_event_id in polls)


def _completed(last: HistoryEvent) -> datetime:
    """Read when the accounting software was done (UTC), from a push's result."""
    result = last.workflow_execution_completed_event_attributes.result
    outcome: dict[str, Any] = json.loads(result.payloads[0].data)
    read = datetime.fromisoformat((outcome.get("completedOnUtc") or outcome["completed"])[:26])
    return read if read.tzinfo else read.replace(tzinfo=UTC)
