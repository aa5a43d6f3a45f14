"""A whole simulated world: server, platform, workers, backends and operators on one clock."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio.client import Client

from activities.models import Idempotency, PushPolicy, ReadRecords
from codat.client import CodatClient
from codat.settings import CodatSettings
from dispatch.payloads.converter import CONVERTER
from simulation.aim import Aim
from simulation.backend import Backend, ReportedOutcome
from simulation.bulk import BulkOperator
from simulation.choices import Choices
from simulation.disasters import Disasters
from simulation.holds import Holder
from simulation.inbox import Inbox
from simulation.kinds import enter_records
from simulation.loop import VirtualLoop
from simulation.network import ServerConnection, make_client
from simulation.operator_commands import OperatorCommands
from simulation.plan import REWRITES, STORM, WORKERS, AimedCommand, Item, Mode, RunPlan
from simulation.plans.plan_backend import PlanBackend
from simulation.plans.steps import Steps
from simulation.platform import AT_ONCE, UNPROVEN_WAYS, PlatformSide
from simulation.processes import SimulatedProcess
from simulation.reading import Bookkeepers, mend_reading, set_up_reading
from simulation.reports import WebhookSource
from simulation.sdk import REPLAYED_QUEUE, WorkflowSdk
from simulation.server.clock import EPOCH, ServerClock
from simulation.server.server import SimulatedServer
from simulation.server.service import Service
from simulation.trace import Trace
from simulation.worker import SimulatedWorker
from worker import WORKFLOWS, build_activities

SDK = WorkflowSdk(WORKFLOWS, CONVERTER, REPLAYED_QUEUE)

SETTLES_FOR = 1800.0
"""Virtual seconds after the last end, in which what is late still comes."""


@dataclass
class SimulatedWorld:
    """One run of a plan."""

    plan: RunPlan
    choices: Choices
    loop: VirtualLoop
    trace: Trace
    outcomes: dict[int, list[ReportedOutcome]] = field(
        default_factory=dict[int, list[ReportedOutcome]]
    )
    never_ended: list[int] = field(default_factory=list[int])
    never_ended_plans: list[int] = field(default_factory=list[int])
    workers: list[SimulatedWorker] = field(default_factory=list[SimulatedWorker])
    codats: list[CodatClient] = field(default_factory=list[CodatClient])

    def __post_init__(self) -> None:
        self.clock = ServerClock(self.loop)
        self.server = SimulatedServer(self.choices, self.clock, self.trace.tell)
        self.service = Service(self.server)
        self.platform = PlatformSide(self.choices, self._now, self.trace.tell)
        emulator = self.platform.emulator
        self._settings = CodatSettings.model_validate(
            {
                "api_key": emulator.api_key,
                "base_url": emulator.base_url,
                "company_concurrency": AT_ONCE // WORKERS,
            }
        )
        self._lines: list[ServerConnection] = []
        self._worker_count = 0
        self.disasters = Disasters(self)
        self.aim = Aim(self)
        self.holder = Holder(self)
        self.bulk = BulkOperator(self)
        self.webhooks = WebhookSource(self)
        self.inbox = Inbox(self)
        self.plans = [PlanBackend(self, asked) for asked in self.plan.step_plans]
        self.steps = Steps(self)

    def _now(self) -> datetime:
        return EPOCH + timedelta(microseconds=round(self.loop.time() * 1e6))

    async def run(self) -> None:
        """Let everything happen, until all is over."""
        self._set_up_platform(self.plan.mode)
        if self.plan.knows_books:
            enter_records(self.platform, self.plan)
        for _ in range(WORKERS):
            self.start_worker()
        self._begin_faults()
        disasters = self.disasters.begin()
        backends = [
            SimulatedProcess("backend").spawn(backend.run())
            for backend in (*self.plans, *(Backend(self, item) for item in self.plan.items))
        ]
        operators = [
            SimulatedProcess("operator").spawn(self._operate(item, at, command))
            for item in self.plan.items
            for at, command in item.presses
        ]
        operators.append(SimulatedProcess("operator").spawn(self.holder.run()))
        operators.append(SimulatedProcess("operator").spawn(self.bulk.run()))
        if self.plan.mode.reads:
            operators.append(SimulatedProcess("bookkeeper").spawn(Bookkeepers(self).run()))
        operators.append(SimulatedProcess("front door").spawn(self.webhooks.run()))
        operators += [
            SimulatedProcess("operator").spawn(self._operate_at(item, aimed))
            for item in self.plan.items
            for aimed in item.aimed
        ]
        self.clock.later(STORM, self._stop_faults)
        await asyncio.gather(*backends, *operators, disasters)
        await asyncio.sleep(SETTLES_FOR)
        await self.platform.emulator.catch_up()
        for worker in self.workers:
            worker.kill()
            worker.evict_all()

    def _set_up_platform(self, mode: Mode) -> None:
        emulator = self.platform.emulator
        rules = "enforced" if self.plan.knows_books else "off"
        emulator.settings(idempotency=mode.idempotency, echo_data=mode.echo, rules=rules)
        for connection in sorted(self._connections):
            if mode.rewrites:
                way = self.choices.pick(f"rewrite of {connection}", REWRITES)
                emulator.connection(connection).set(rewrites=[way])
        if mode.reads:
            self.platform.ways = UNPROVEN_WAYS
            set_up_reading(emulator, self.choices, self._connections)
        self.platform.start()

    @property
    def _connections(self) -> set[str]:
        return {item.connection for item in self.plan.items}

    def _begin_faults(self) -> None:
        """Let things go wrong from now on, each as often as the seed says."""
        number = self.choices.number
        self.platform.faulty = self.choices.pick("posts fail", (0.0, 0.1, 0.3, 0.6))
        self.platform.reads_faulty = self.choices.pick("reads fail", (0.0, 0.05, 0.2))
        self.platform.slow = self.choices.pick("platform slow", (0.0, 0.2, 0.6))
        self.server.visibility.is_slow = self.choices.pick("lists lag", (0.0, 0.1, 0.5))
        self.server.tasks.suggests = self.choices.pick("continued", (0.0, 0.02, 0.1, 0.3))
        self.server.matching.is_slow = self.choices.pick("tasks are slow", (0.0, 0.02, 0.1))
        self.inbox.faulty = self.choices.pick("backend fails", (0.0, 0.2, 0.6))
        self.aim.strikes = self.choices.pick("strikes", (0.0, 0.05, 0.2))
        for line in self._lines:
            line.slow, line.lost = number("slow line", 0, 0.05), number("lossy line", 0, 0.02)
            line.longest = self.choices.pick("longest way", (2.0, 2.0, 14.0))
        for worker in self.workers:
            worker.evicts, worker.slow = (
                self.choices.pick("evictions", (0.0, 0.0, 0.03, 0.2)),
                number("slow worker", 0, 0.1),
            )

    def _stop_faults(self) -> None:
        """Let nothing go wrong any more."""
        self.trace.tell("all faults stop")
        self.platform.faulty = self.platform.reads_faulty = self.platform.slow = 0.0
        self.inbox.faulty = 0.0
        self.server.visibility.is_slow = self.server.matching.is_slow = 0.0
        if self.plan.mode.reads:
            mend_reading(self.platform.emulator, self.choices, self._connections)
        for line in self._lines:
            line.slow = line.lost = 0.0

    # Workers

    def connect(self, name: str) -> Client:
        """Give a client of the server, over a line of its own."""
        line = ServerConnection(self.choices, self.service, name)
        self._lines.append(line)
        return make_client(line)

    def start_worker(self) -> SimulatedWorker:
        """Start one more worker process."""
        self._worker_count += 1
        process = SimulatedProcess(f"worker {self._worker_count}")
        process.clock_shift = self.choices.pick("clock shift", (0.0, 0.0, -700.0, 900.0, 3.0))
        worker = process.context().run(self._make_worker, process)
        self.workers.append(worker)
        worker.start()
        self.trace.tell(f"{process.name} starts, its clock is {process.clock_shift:+g} s off")
        return worker

    def _make_worker(self, process: SimulatedProcess) -> SimulatedWorker:
        client = self.connect(process.name)
        codat = CodatClient(self._settings, transport=self.platform.transport)
        self.codats.append(codat)
        mode = self.plan.mode
        policy = PushPolicy(
            idempotency=Idempotency(mode.idempotency),
            read_records=ReadRecords.AUTO if mode.reads else ReadRecords.NEVER,
            notify=self.inbox.is_used,
        )
        activities = build_activities(client, codat, policy, self.inbox.activities())
        return SimulatedWorker(process, self.server, self.choices, client, SDK, activities)

    # People

    async def _operate(self, item: Item, at: float, command: str) -> None:
        await asyncio.sleep(item.at + at)
        await self._give(item, command)

    async def _operate_at(self, item: Item, aimed: AimedCommand) -> None:
        if await self.aim.reached(item, aimed):
            await self._give(item, aimed.command)

    async def _give(self, item: Item, command: str) -> None:
        if not item.is_here:
            return
        commands = OperatorCommands(self.connect("operator"), self.choices, item)
        did = await commands.give(command)
        self.trace.tell(f"operator: {command}, push {item.number}{'' if did else ' (refused)'}")
