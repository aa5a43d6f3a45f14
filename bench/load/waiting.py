"""Table 2, cost: requests, billed actions, events and bytes of pushes that stay pending.

`python -m bench.load.waiting [SCENARIO ...]`, about 90 seconds for three. Requests are counted in
the emulator's journal, actions by the server's own `action` metric, beside a plain polling
workflow.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from random import Random
from statistics import median
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.settings import PushSettings
from bench.compare.sides import ours, with_temporal
from bench.compare.sides.api import Order
from bench.load.metered import actions, server
from bench.tables import table
from codat.client import CodatClient
from codat.settings import CodatSettings
from codat.webhooks import Webhooks
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import start_push
from emulator import Emulator, seeds
from emulator.examples import record
from gateway.webhooks import Receiver
from worker import build_worker

QUEUE = "push"
AT_ONCE = 5
USUAL = (
    "ours-1s",
    "plain-1s",
    "hooks-1s",
    "learned-1s",
    "ours-60s",
    "learned-60s",
    "learned-60s-spread",
    "plain-60s-5",
    "hooks-60s",
    "alone-60s",
    "crowd-60s",
)
"""Those of `make compare`."""
HOOK = "http://127.0.0.1/webhooks/codat"


@dataclass(frozen=True)
class Scenario:
    """How many pushes, over how long they are started, by how many workers; what is promised.

    `before`: so many pushes went before, by which the worker has learned. `spread`: the standard
    deviation of the logarithm of the durations, whose median is `pending`.
    """

    pushes: int
    over: float
    pending: float = 60
    workers: int = 1
    webhooks: bool = False
    plain: float | None = None
    before: int = 0
    spread: float = 0
    requests: float | None = None
    actions: float | None = None


SCENARIOS = {
    "ours-1s": Scenario(20, 10, pending=1),
    "plain-1s": Scenario(20, 10, pending=1, plain=2),
    "ours-60s": Scenario(20, 10, requests=6.2, actions=16),
    "learned-1s": Scenario(20, 10, pending=1, before=10, requests=2.0),
    "learned-60s": Scenario(20, 10, before=10, requests=2.1, actions=9.5),
    "learned-60s-spread": Scenario(40, 20, before=32, spread=0.25, requests=3.5),
    "ours-60s-4": Scenario(20, 10, workers=4, requests=6.2, actions=16),
    "plain-60s-5": Scenario(20, 10, plain=5),
    "plain-60s-2": Scenario(20, 10, plain=2),
    "hooks-1s": Scenario(20, 10, pending=1, webhooks=True),
    "hooks-60s": Scenario(20, 10, webhooks=True, requests=2.1, actions=9),
    "hooks-60s-4": Scenario(60, 20, workers=4, webhooks=True, requests=2.1, actions=9),
    "alone-60s": Scenario(1, 1, actions=16),
    "crowd-60s": Scenario(200, 1, requests=1.3, actions=16),
    "crowd-60s-4": Scenario(200, 1, workers=4, requests=1.3, actions=16),
}
"""`plain` polls every so many seconds; -4: four workers; hooks: webhooks are delivered."""


@dataclass
class Spent:
    """What the pushes of a scenario took."""

    entries: list[dict[str, Any]]
    facts: list[tuple[int, int, float, float]]
    actions: float = 0


_DRAWN = Random(1)


async def main(names: list[str]) -> bool:
    """Run the scenarios side by side, and say whether every promise was kept."""
    chosen = {name: SCENARIOS[name] for name in names or SCENARIOS}
    async with server(list(chosen)) as (address, metrics):
        spent: list[Spent] = []
        for batch in _batches(list(chosen.items())):
            spent += await asyncio.gather(*(run(address, metrics, *item) for item in batch))
        billed = await actions(metrics)
    for name, figures in zip(chosen, spent, strict=True):
        figures.actions += billed[_label(name)]
    heads = ("scenario", "pushes", "requests", "promised", "actions", "promised", "events", "bytes")
    rows = [_row(name, chosen[name], usage) for name, usage in zip(chosen, spent, strict=True)]
    title = "2. Cost a push, pending so many seconds; plain: a look every 5 or 2 s"
    table(title, (*heads, "seen late ms", "worst age"), rows)
    return all(_kept(chosen[name], usage) for name, usage in zip(chosen, spent, strict=True))


def _batches(left: list[tuple[str, Scenario]]) -> Iterator[list[tuple[str, Scenario]]]:
    """Give so many at once as leave the machine idle most of the time, the short ones together."""
    for _, equal in groupby(left, key=lambda item: item[1].pending):
        alike = list(equal)
        for first in range(0, len(alike), AT_ONCE):
            yield alike[first : first + AT_ONCE]


def _label(namespace: str) -> str:
    """Write a namespace as metrics do."""
    return namespace.replace("-", "_")


async def run(address: str, metrics: str, name: str, scenario: Scenario) -> Spent:
    """Let the pushes wait and end; gives what they took, less the actions of those before."""
    temporal = await _connect(address, name)
    await register_search_attributes(temporal)
    receiver = Receiver(temporal, Webhooks(SecretStr(seeds.WEBHOOK_SECRET)))
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    async with AsyncExitStack() as stack:
        codat = await stack.enter_async_context(Emulator(webhooks_through=through))
        codat.connection(seeds.PROMPT).set(delay=scenario.pending)
        codat.seed(companies=[_company(number) for number in range(20)])  # a day's requests
        for _ in range(scenario.workers):
            client = await stack.enter_async_context(_client(codat, webhooks=scenario.webhooks))
            connection = await _connect(address, name)
            if scenario.plain:
                os.environ["CODAT_BASE_URL"] = codat.base_url
                http = await stack.enter_async_context(codat.client())
                worker = with_temporal.build_worker(connection, http, QUEUE)
            else:
                worker = _worker(connection, client, scenario)
            await stack.enter_async_context(worker)
        if scenario.webhooks:
            await _subscribe(codat)
        earlier = await _start(temporal, codat, scenario, range(-scenario.before, 0))
        await asyncio.gather(*(handle.result() for handle in earlier))
        since, spent = len(codat.journal()), 0.0
        if earlier:
            spent = (await actions(metrics))[_label(name)]
        handles = await _start(temporal, codat, scenario, range(scenario.pushes))
        await asyncio.gather(*(handle.result() for handle in handles))
        entries = codat.journal()[since:]
        facts = [await _facts(handle) for handle in handles]
    counted = [entry for entry in entries if not entry["path"].startswith("/webhooks")]
    return Spent(counted, facts, -spent)


def _row(name: str, scenario: Scenario, spent: Spent) -> list[object]:
    events, size, late = (median(fact[index] for fact in spent.facts) for index in range(3))
    return [
        name,
        scenario.pushes,
        f"{len(spent.entries) / scenario.pushes:.2f}",
        scenario.requests,
        f"{spent.actions / scenario.pushes:.1f}",
        scenario.actions,
        f"{events:.0f}",
        f"{size:.0f}",
        f"{1000 * late:.0f}",
        f"{max(fact[3] for fact in spent.facts):.2f}",
    ]


def _kept(scenario: Scenario, spent: Spent) -> bool:
    promised = (
        (len(spent.entries) / scenario.pushes, scenario.requests),
        (spent.actions / scenario.pushes, scenario.actions),
        (max(fact[3] for fact in spent.facts), 2 if scenario.pending > 1 else None),
    )
    return bool(scenario.plain) or all(limit is None or is_ <= limit for is_, limit in promised)


async def _start(
    temporal: Client, codat: Emulator, scenario: Scenario, numbers: range
) -> list[WorkflowHandle[Any, Any]]:
    """Start at the scenario's pace, however slow the machine is to answer."""
    started: list[asyncio.Task[WorkflowHandle[Any, Any]]] = []
    for number in numbers:
        if scenario.spread:
            delay = scenario.pending * _DRAWN.lognormvariate(0, scenario.spread)
            codat.connection(seeds.PROMPT).set(delay=delay)
        started.append(asyncio.create_task(_start_one(temporal, scenario, number)))
        await asyncio.sleep(scenario.over / scenario.pushes)
    return await asyncio.gather(*started)


async def _start_one(temporal: Client, scenario: Scenario, number: int) -> WorkflowHandle[Any, Any]:
    path = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/chartOfAccounts"
    data = record("chartOfAccounts", number=f"{number}")
    order = Order(f"{number}", path, data, every=scenario.plain or 0)
    if scenario.plain:
        await with_temporal.start(temporal, order, QUEUE)
        return temporal.get_workflow_handle(f"plain-{order.id}")
    return (await start_push(temporal, ours.request(order), task_queue=QUEUE)).handle


async def _facts(handle: WorkflowHandle[Any, Any]) -> tuple[int, int, float, float]:
    """Give events, bytes, seconds from completion to outcome, and their part of the push's age."""
    description = await handle.describe()
    started, closed = description.start_time, description.close_time
    outcome = await handle.result()
    ended = outcome["completed"] if isinstance(outcome, dict) else outcome.completed_on_utc
    completed = ended if isinstance(ended, datetime) else datetime.fromisoformat(ended[:26])
    completed = completed if completed.tzinfo else completed.replace(tzinfo=UTC)
    assert closed
    size = description.raw_description.workflow_execution_info.history_size_bytes
    late = (closed - completed).total_seconds()
    return description.history_length, size, late, (closed - started) / (completed - started)


async def _connect(address: str, namespace: str) -> Client:
    return await Client.connect(address, namespace=namespace, data_converter=CONVERTER)


def _company(number: int) -> dict[str, Any]:
    return {"id": f"c0da7000-0000-4000-8000-1000000000{number:02}", "connections": []}


def _client(codat: Emulator, *, webhooks: bool) -> CodatClient:
    known = {"api_key": codat.api_key, "base_url": codat.base_url}
    if webhooks:
        known["webhook_secret"] = seeds.WEBHOOK_SECRET
    return CodatClient(CodatSettings.model_validate(known), transport=codat.transport)


def _worker(temporal: Client, client: CodatClient, scenario: Scenario) -> Worker:
    settings = {"api_key": "k"} | ({"webhook_secret": "x"} if scenario.webhooks else {})
    policy = PushSettings().policy(CodatSettings.model_validate(settings))
    return build_worker(temporal, client, policy, task_queue=QUEUE)


async def _subscribe(codat: Emulator) -> None:
    async with codat.client() as client:
        consumer = {"url": HOOK, "eventTypes": ["chartOfAccounts.write.*"]}
        (await client.post("/webhooks", json=consumer)).raise_for_status()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(sys.argv[1:])) else 1)
