"""Plans among the pushes of a chaos run: chains of three, mended by hand after the storm."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from temporalio.client import Client

from bench.chaos import endings
from bench.chaos.books import EmulatorClient
from bench.chaos.commands import persist
from bench.chaos.evidence import Evidence
from bench.chaos.faults import rules
from bench.chaos.items import Item
from bench.chaos.places import PLACES, Place, company, connection
from bench.chaos.plan_verdict import PlanVerdict, wrong_words
from bench.chaos.records import unique_record
from bench.chaos.sides import Ours
from bench.chaos.verdict import judge_ours
from bench.chaos.wanted import Wanted
from dispatch.plans import StartedPlan, start_plan
from dispatch.pushes import Push
from dispatch.retries import StillRunning, retry_push
from workflows.models import Resolution
from workflows.plan.check import read_plan
from workflows.plan.models import (
    CANCELLED,
    SUCCEEDED,
    UNSUCCESSFUL,
    PlanReport,
    PlanRequest,
    StepReport,
)

STEPS = 3
PUSHES_A_PLAN = 15
"""So many pushes of a run have one plan beside them."""

FIRST_NUMBER = 90_000
"""Of the plans' records: those of the other pushes have smaller numbers."""

WRITTEN_LATE = 10
"""Seconds after which nothing is written any more that was sent in the storm."""

MOST_MENDS = 3
"""How often a plan is mended before it is cancelled."""

_AWAY = ("refusing", "offline", "stubborn")
_ON_FAILURE = ("wait", "wait", "skip", "stop")
_LOOK_EVERY = 1.0


class OfPlans(Ours):
    """The pushes of plans: in a company of their own, by the workers of ours."""

    name = "plans"


@dataclass(frozen=True)
class StepItem(Item):
    """The push of one step."""

    plan_key: str = ""

    @property
    def key(self) -> str:
        """The key that follows from the plan's."""
        return f"{self.plan_key}/s{self.number % STEPS}"


@dataclass(frozen=True)
class ChainPlan:
    """A plan to start at that second of the storm, and its pushes."""

    at: float
    request: PlanRequest
    items: list[Item]


def chains(wanted: Wanted) -> list[ChainPlan]:
    """Draw the plans that belong to a seed."""
    if wanted.outage or wanted.only:
        return []
    dice = Random(f"{wanted.seed} plans")
    places = [place for place in PLACES if place.name not in _AWAY]
    count = max(2, wanted.pushes // PUSHES_A_PLAN)
    return [
        _chain(number, dice.choice(places), dice.uniform(0, wanted.storm))
        for number in range(count)
    ]


def _chain(number: int, place: Place, at: float) -> ChainPlan:
    key, first = f"chain {number}", FIRST_NUMBER + number * STEPS
    items: list[Item] = [
        StepItem(
            number=first + index,
            at=at,
            place=place,
            data_type="suppliers",
            data=_record(first, index),
            plan_key=key,
        )
        for index in range(STEPS)
    ]
    given = {
        "key": key,
        "companyId": company(OfPlans.name),
        "connectionId": connection(OfPlans.name, place),
        "onFailure": _ON_FAILURE[number % len(_ON_FAILURE)],
        "steps": [
            {"name": f"s{index}", "dataType": item.data_type, "data": item.data}
            for index, item in enumerate(items)
        ],
    }
    return ChainPlan(at, read_plan(given), items)


def _record(first: int, index: int) -> dict[str, Any]:
    made = unique_record("suppliers", first + index)
    return made | {"contactName": {"$ref": f"s{index - 1}#/records/0/id"}} if index else made


class ChaosPlans:
    """Starts the plans of a run, mends what failed, and judges what they say."""

    def __init__(self, client: Client, wanted: Wanted, task_queue: str) -> None:
        self._side = OfPlans(client, wanted.patience)
        self._wanted, self._queue = wanted, task_queue
        self._chains = chains(wanted)
        self._mends: Counter[str] = Counter()
        self._books: EmulatorClient | None = None

    async def prepare(self, books: EmulatorClient) -> None:
        """Open their company, and have the platform misbehave there, too."""
        self._books = books
        if self._chains:
            await books.open(OfPlans.name, rewrite=self._wanted.rewrite)
            await books.misbehave(rules(self._wanted, OfPlans.name))

    async def run(self) -> None:
        """Start each in its time."""
        await asyncio.gather(*(self._start(chain) for chain in self._chains))

    async def _start(self, chain: ChainPlan) -> None:
        await asyncio.sleep(chain.at)
        client = self._side.client
        await persist(lambda: start_plan(client, chain.request, task_queue=self._queue))

    async def ended(self, within: float) -> list[PlanReport]:
        """Mend and wait until all are over, but no longer than so many seconds."""
        end = asyncio.get_running_loop().time() + within
        await asyncio.sleep(WRITTEN_LATE)
        return await asyncio.gather(*(self._ended(chain, end) for chain in self._chains))

    async def _ended(self, chain: ChainPlan, end: float) -> PlanReport:
        plan = StartedPlan(self._side.client, chain.request.plan_id)
        while True:
            report = await persist(plan.report)
            is_late = asyncio.get_running_loop().time() >= end
            if is_late or report.state in (SUCCEEDED, CANCELLED):
                return report
            await self._mend(plan, report)
            await asyncio.sleep(_LOOK_EVERY)

    async def _mend(self, plan: StartedPlan, report: PlanReport) -> None:
        """Do what an operator does: retry what did not succeed, and let a plan that ended go on."""
        unsuccessful = [step for step in report.steps if step.status in UNSUCCESSFUL]
        is_under_way = any(step.status == "Pending" for step in report.steps)
        if is_under_way or not (unsuccessful or report.is_over):
            return
        # A step whose reference found no value has no push to mend.
        failed = [step for step in unsuccessful if step.push_id]
        self._mends[report.key] += 1
        if self._mends[report.key] > MOST_MENDS or not (failed or report.is_over):
            await persist(lambda: plan.steer("continue"))  # what ended can't be cancelled
            await persist(lambda: plan.steer("cancel"))
            return
        for step in failed:
            await self._retry(report, step)
        if report.is_over:
            await persist(lambda: plan.steer("continue"))

    async def _retry(self, report: PlanReport, step: StepReport) -> None:
        """Ask for a push again; of one in doubt say what the books have."""
        assert step.push_id
        push, settlement = Push(self._side.client, step.push_id), None
        if step.status == "Unknown":
            (item,) = (
                item
                for chain in self._chains
                for item in chain.items
                if item.key == f"{report.key}/{step.name}"
            )
            settlement = await self._found(item)
        with suppress(StillRunning):
            await persist(lambda: retry_push(push, settlement=settlement, task_queue=self._queue))

    async def _found(self, item: Item) -> Resolution:
        assert self._books
        for record in await self._books.ledger(OfPlans.name):
            if item.marker in str(record["data"]):
                return Resolution(adopt=UUID(record["pushOperationKey"]))
        return Resolution(not_written=True)

    async def judge(self, reports: list[PlanReport], books: EmulatorClient) -> PlanVerdict:
        """Compare what the plans say with their pushes, and those with the books."""
        items = [item for chain in self._chains for item in chain.items]
        begun = [item for item in items if await self._side.exists(item)]
        found = await endings.of_ours(self._side, begun, within=60)
        journal = await books.journal(OfPlans.name)
        evidence = Evidence(found, journal, await books.ledger(OfPlans.name), [])
        verdict = PlanVerdict(
            Counter(report.state for report in reports),
            sum(self._mends.values()),
            judge_ours(self._wanted, evidence),
        )
        by_key = {ending.item.key: ending for ending in found}
        for report in reports:
            verdict.wrong += wrong_words(report, by_key)
            if not report.is_over:
                verdict.never_ended.append(f"plan {report.key}: {report.state}")
        return verdict
