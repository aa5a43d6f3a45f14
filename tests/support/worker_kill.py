"""A push whose worker is killed at a chosen moment, and what was known at that moment."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from temporalio.api.enums.v1 import EventType

from dispatch.pushes import Push, start_push
from stack.control import EmulatorControl, JournalEntry
from stack.services import Stack
from tests.support.eventually import eventually
from tests.support.stub_servers import one_answer, silence
from workflows.models import PushOutcome, PushRequest

COMPLETED = "EVENT_TYPE_ACTIVITY_TASK_COMPLETED"
MARKER = "EVENT_TYPE_MARKER_RECORDED"
TIMER = "EVENT_TYPE_TIMER_STARTED"
FIRED = "EVENT_TYPE_TIMER_FIRED"


@dataclass
class Glimpse:
    """What the emulator and Temporal know of a push at one moment."""

    journal: list[JournalEntry] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    @property
    def posts(self) -> list[JournalEntry]:
        return [one for one in self.journal if one["method"] == "POST"]

    @property
    def polls(self) -> list[JournalEntry]:
        return [one for one in self.journal if one["method"] == "GET" and "/push/" in one["path"]]

    @property
    def unanswered(self) -> list[JournalEntry]:
        return [one for one in self.journal if one["answeredAt"] is None]

    @property
    def completed(self) -> int:
        return self.events.count(COMPLETED)

    @property
    def is_in_timer(self) -> bool:
        return self.events.count(TIMER) > self.events.count(FIRED) and not self.pending


@dataclass
class Place:
    """A company with one connection and a task queue of its own."""

    stack: Stack
    emulator: EmulatorControl
    company: str = field(default_factory=lambda: str(uuid4()))
    connection: str = field(default_factory=lambda: str(uuid4()))

    async def push(self) -> Push:
        request = PushRequest(
            company_id=UUID(self.company),
            connection_id=UUID(self.connection),
            data_type="suppliers",
            data={"supplierName": f"Supplier {self.company}", "status": "Active"},
        )
        return await start_push(self.stack.client, request, task_queue=self.company)

    async def glimpse(self, push: Push) -> Glimpse:
        described = await push.describe()
        history = await push.handle.fetch_history()
        return Glimpse(
            await self.emulator.journal(self.company),
            [EventType.Name(event.event_type) for event in history.events],
            [
                one.activity_type.name
                for one in described.raw_description.pending_activities
                if one.last_worker_identity
            ],
        )


@dataclass
class Killing:
    """What was known when the worker was killed, and what came of the push."""

    before: Glimpse
    after: Glimpse
    outcome: PushOutcome
    ledger: list[JournalEntry]


async def kill_at(place: Place, moment: str) -> Killing:
    """Push through a worker, kill it at the moment, let another go on."""
    behaviour, fault, settings, is_now = MOMENTS[moment]
    await place.emulator.seed(place.company, place.connection, **behaviour)
    if fault:
        await place.emulator.fault(**{**fault, "path": f"{place.company}/{fault['path']}"})
    async with AsyncExitStack() as open_doors:
        around = await _around(moment, place, open_doors)
        first = await place.stack.start_worker(PUSH_TASK_QUEUE=place.company, **settings, **around)
        await first.says("Worker ready")
        push = await place.push()

        async def caught() -> bool:
            return is_now(await place.glimpse(push))

        await eventually(caught)
        await first.kill()
    before = await place.glimpse(push)
    second = await place.stack.start_worker(PUSH_TASK_QUEUE=place.company)
    outcome = await push.outcome()
    await second.stop()
    ledger = await place.emulator.ledger(place.connection)
    return Killing(before, await place.glimpse(push), outcome, ledger)


async def _around(moment: str, place: Place, doors: AsyncExitStack) -> dict[str, str]:
    if moment == "before fetch-options":
        return {"CODAT_BASE_URL": doors.enter_context(silence())}
    if moment == "after validate":
        port = place.stack.ports.emulator
        return {"CODAT_BASE_URL": await doors.enter_async_context(one_answer(port))}
    return {}


MOMENTS = {
    "before fetch-options": ({}, None, {}, lambda now: now.pending == ["fetch-options"]),
    "after validate": ({}, None, {}, lambda now: MARKER in now.events),
    "POST unanswered": (
        {},
        {"fault": "hang", "method": "POST", "path": "*", "times": 1},
        {},
        lambda now: [one["did"] for one in now.posts] == ["faulted: hang"],
    ),
    "POST answered": (
        {},
        {"fault": "slow-body", "method": "POST", "path": "*", "times": 1, "seconds": 20},
        {},
        lambda now: [one["status"] for one in now.posts] == ["200"],
    ),
    "in a timer": ({"delay": 4}, None, {"PUSH_POLL_FIRST": "PT4S"}, lambda now: now.is_in_timer),
    "in a poll": (
        {},
        {"fault": "hang", "method": "GET", "path": "push/", "times": 1},
        {},
        lambda now: any(one["answeredAt"] is None for one in now.polls),
    ),
}
"""By moment: the platform's manners, a fault, the worker's settings, and how it is recognised."""
