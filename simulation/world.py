"""A whole simulated world: server, platform, workers, backends and operators on one clock."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from temporalio.service import RPCError

from activities.bulk import BulkActivities
from activities.find import FindActivities
from activities.models import Idempotency, PushPolicy
from activities.notify import NOBODY, NotifyActivities
from activities.push import PushActivities, checks_before_sending
from activities.recall import RecallActivities
from codat.client import CodatClient
from codat.settings import CodatSettings
from dispatch.bulk import retry_in_bulk
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import NoSuchPush, Push, start_push
from dispatch.retries import StillRunning, retry_push
from simulation.choices import Choices
from simulation.doors import Doors
from simulation.loop import VirtualLoop
from simulation.network import Line, make_client
from simulation.plan import REWRITES, STORM, Item, Mode, Plan
from simulation.platform import PlatformSide
from simulation.processes import Condition, Process
from simulation.sdk import WorkflowSdk
from simulation.server.clock import EPOCH, ServerClock
from simulation.server.server import Server
from simulation.server.service import Service
from simulation.trace import Trace
from simulation.worker import SimulatedWorker
from workflows.bulk import BulkRetryWorkflow
from workflows.claim import ClaimWorkflow
from workflows.hold import HoldWorkflow
from workflows.models import PushOutcome, Resolution
from workflows.notify import NotifyWorkflow
from workflows.push import PushWorkflow

WORKFLOWS = (PushWorkflow, ClaimWorkflow, NotifyWorkflow, BulkRetryWorkflow, HoldWorkflow)
SDK = WorkflowSdk(WORKFLOWS, CONVERTER, "push")

WORKERS = 2
PATIENCE = 3 * 3600.0
"""Virtual seconds after which a push that has not ended never does."""

SETTLES_FOR = 1800.0
"""Virtual seconds after the last end, in which what is late still comes."""


@dataclass
class Told:
    """What somebody was told of a push, and when (virtual seconds)."""

    at: float
    outcome: PushOutcome


@dataclass
class World:
    """One run of a plan."""

    plan: Plan
    choices: Choices
    loop: VirtualLoop
    trace: Trace
    told: dict[int, list[Told]] = field(default_factory=dict[int, list[Told]])
    never_ended: list[int] = field(default_factory=list[int])
    workers: list[SimulatedWorker] = field(default_factory=list[SimulatedWorker])
    codats: list[CodatClient] = field(default_factory=list[CodatClient])

    def __post_init__(self) -> None:
        self.clock = ServerClock(self.loop)
        self.server = Server(self.choices, self.clock, self.trace.tell)
        self.service = Service(self.server)
        self.platform = PlatformSide(self.choices, self._now, self.trace.tell)
        self._lines: list[Line] = []
        self._born = 0

    def _now(self) -> datetime:
        return EPOCH + timedelta(microseconds=round(self.loop.time() * 1e6))

    async def run(self) -> None:
        """Let everything happen, until all is over."""
        self._set_up_platform(self.plan.mode)
        for _ in range(WORKERS):
            self._start_worker()
        self._rage()
        disasters = Process("disasters").spawn(self._disasters())
        backends = [Process("backend").spawn(self._backend(item)) for item in self.plan.items]
        presses = [
            Process("operator").spawn(self._press(item, at, door))
            for item in self.plan.items
            for at, door in item.presses
        ]
        self.clock.later(STORM, self._calm)
        await asyncio.gather(*backends, *presses, disasters)
        await asyncio.sleep(SETTLES_FOR)
        await self.platform.emulator.catch_up()
        for worker in self.workers:
            worker.kill()
            worker.bury()

    def _set_up_platform(self, mode: Mode) -> None:
        emulator = self.platform.emulator
        # With its rules on, a platform refuses a second record with the same number.
        emulator.settings(idempotency=mode.idempotency, echo_data=mode.echo, rules="off")
        for connection in sorted({item.connection for item in self.plan.items}):
            if mode.rewrites:
                way = self.choices.pick(f"rewrite of {connection}", REWRITES)
                emulator.connection(connection).set(rewrites=[way])
        self.platform.start()

    def _rage(self) -> None:
        """Let things go wrong from now on, each as often as the seed says."""
        number = self.choices.number
        self.platform.faulty = self.choices.pick("posts fail", (0.0, 0.1, 0.3, 0.6))
        self.platform.reads_faulty = self.choices.pick("reads fail", (0.0, 0.05, 0.2))
        self.platform.slow = self.choices.pick("platform slow", (0.0, 0.2, 0.6))
        self.server.visibility.is_slow = self.choices.pick("lists lag", (0.0, 0.1, 0.5))
        self.server.tasks.suggests = self.choices.pick("continued", (0.0, 0.0, 0.02, 0.1))
        for line in self._lines:
            line.slow, line.lost = number("slow line", 0, 0.05), number("lossy line", 0, 0.02)
        for worker in self.workers:
            worker.evicts, worker.slow = (
                self.choices.pick("evictions", (0.0, 0.0, 0.03, 0.2)),
                number("slow worker", 0, 0.1),
            )

    def _calm(self) -> None:
        """Let nothing go wrong any more."""
        self.trace.tell("all faults stop")
        self.platform.faulty = self.platform.reads_faulty = self.platform.slow = 0.0
        self.server.visibility.is_slow = 0.0
        for line in self._lines:
            line.slow = line.lost = 0.0

    # Workers

    def _line(self, name: str) -> Line:
        line = Line(self.choices, self.service, name)
        self._lines.append(line)
        return line

    def _start_worker(self) -> SimulatedWorker:
        self._born += 1
        process = Process(f"worker {self._born}")
        process.clock_shift = self.choices.pick("clock shift", (0.0, 0.0, -700.0, 900.0, 3.0))
        worker = process.context().run(self._make_worker, process)
        self.workers.append(worker)
        worker.start()
        self.trace.tell(f"{process.name} starts, its clock is {process.clock_shift:+g} s off")
        return worker

    def _make_worker(self, process: Process) -> SimulatedWorker:
        client = make_client(self._line(process.name))
        emulator = self.platform.emulator
        settings = CodatSettings.model_validate(
            {"api_key": emulator.api_key, "base_url": emulator.base_url}
        )
        codat = CodatClient(settings, transport=self.platform.transport)
        self.codats.append(codat)
        policy = PushPolicy(idempotency=Idempotency(self.plan.mode.idempotency))
        push = PushActivities(codat, policy, checks_before_sending(client))
        find = FindActivities(codat, client)
        recall = RecallActivities(client, policy)
        bulk = BulkActivities(partial(retry_in_bulk, client), lambda: codat.limits.allowance)
        activities = [
            push.fetch_options,
            push.validate,
            push.prepare,
            push.push,
            push.poll_status,
            find.find_submission,
            recall.recall,
            bulk.bulk_retry,
            NotifyActivities(NOBODY).notify,
        ]
        return SimulatedWorker(process, self.server, self.choices, client, SDK, activities)

    async def _disasters(self) -> None:
        """Kill and freeze workers for as long as the storm lasts."""
        pause = self.choices.pick("disasters each", (5.0, 20.0, 60.0, 1000.0))
        while True:
            await asyncio.sleep(self.choices.number("until disaster", pause / 5, pause * 2))
            if self.loop.time() >= STORM:
                return
            if not self.choices.happens("disaster", 0.9):
                continue
            if self.choices.happens("a night without workers", 0.02):
                await self._night()
                return
            living = [one for one in self.workers if one.process.condition is Condition.RUNNING]
            if not living:
                continue
            worker = self.choices.pick("which worker", living)
            if self.choices.happens("it freezes", 0.4):
                await self._freeze(worker)
            else:
                await self._kill(worker)

    async def _kill(self, worker: SimulatedWorker) -> None:
        self.trace.tell(f"{worker.process.name} is killed")
        worker.kill()
        self.platform.connection_lost(worker.process)
        await asyncio.sleep(self.choices.number("until restart", 0.1, 6.0))
        born = self._start_worker()
        if self.loop.time() < STORM:
            born.evicts = self.choices.pick("evictions", (0.0, 0.0, 0.03, 0.2))

    async def _night(self) -> None:
        """Have no worker for longer than Codat keeps its answers."""
        for worker in [one for one in self.workers if one.process.condition is not Condition.DEAD]:
            worker.kill()
            self.platform.connection_lost(worker.process)
        pause = self.choices.number("night", 4800.0, 6000.0)
        self.trace.tell(f"no worker for {pause:.0f} s")
        await asyncio.sleep(pause)
        for _ in range(WORKERS):
            self._start_worker()

    async def _freeze(self, worker: SimulatedWorker) -> None:
        longest = self.choices.pick("how long frozen", (3.0, 15.0, 90.0))
        pause = self.choices.number("frozen for", 0.5, longest)
        self.trace.tell(f"{worker.process.name} freezes for {pause:.1f} s")
        worker.process.freeze()

        def wake() -> None:
            self.trace.tell(f"{worker.process.name} wakes")
            worker.process.wake(self.loop.ready)

        self.clock.later(pause, wake)

    # People

    async def _press(self, item: Item, at: float, door: str) -> None:
        await asyncio.sleep(item.at + at)
        doors = Doors(make_client(self._line("operator")), self.choices, item)
        did = await doors.press(door)
        self.trace.tell(f"operator: {door}, push {item.number}{'' if did else ' (refused)'}")

    async def _backend(self, item: Item) -> None:
        await asyncio.sleep(item.at)
        client = make_client(self._line("backend"))
        push = await self._start(client, item)
        self.trace.name(push.workflow_id, f"push {item.number}")
        try:
            async with asyncio.timeout(PATIENCE):
                for attempt in range(item.retries + 1):
                    outcome = await self._outcome(push, item)
                    if outcome.status == "Success" or attempt == item.retries:
                        break
                    await asyncio.sleep(self.choices.number("until retry", 0.1, 400.0))
                    await self._retry(push, item, outcome)
                await self._last_outcome(push, item)
        except TimeoutError:
            self.never_ended.append(item.number)
            self.trace.tell(f"push {item.number} never ends")

    async def _start(self, client: object, item: Item) -> Push:
        while True:
            try:
                return await start_push(client, item.request, task_queue="push")  # pyright: ignore[reportArgumentType]
            except (RPCError, NoSuchPush):
                await asyncio.sleep(1)

    async def _outcome(self, push: Push, item: Item) -> PushOutcome:
        while True:
            try:
                outcome = await push.outcome()
            except (RPCError, NoSuchPush):
                await asyncio.sleep(1)
                continue
            self.told.setdefault(item.number, []).append(Told(self.loop.time(), outcome))
            self.trace.tell(f"backend: push {item.number} is {outcome.status}: {outcome.message}")
            return outcome

    async def _retry(self, push: Push, item: Item, outcome: PushOutcome) -> None:
        word = None
        is_unclear = outcome.status == "Unknown" and outcome.submitted
        if is_unclear and self.choices.happens(f"a person looks after push {item.number}", 0.4):
            word = await self._look_into_books(item)
        said = f" with {word.model_dump(exclude_none=True)}" if word else ""
        self.trace.tell(f"backend: retries push {item.number}{said}")
        with contextlib.suppress(StillRunning, RPCError, NoSuchPush, ValueError):
            await retry_push(push, task_queue="push", settlement=word, reason=word and "looked")

    async def _look_into_books(self, item: Item) -> Resolution:
        """Find out, as late as nothing can come any more, whether the record is there."""
        await asyncio.sleep(400)
        ledger = self.platform.emulator.ledger(connection=item.connection)
        own = [entry for entry in ledger if entry["idempotencyKey"] in item.keys]
        if own:
            return Resolution(adopt=UUID(own[0]["pushOperationKey"]), by="operator")
        return Resolution(not_written=True, by="operator")

    async def _last_outcome(self, push: Push, item: Item) -> None:
        """Ask again when the storm is over and people have done what they do to this push."""
        last = max([STORM, *(item.at + at + 100 for at, _ in item.presses)])
        await asyncio.sleep(max(last + 5 - self.loop.time(), 0))
        await self._outcome(push, item)
