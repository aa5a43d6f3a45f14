"""What waiting costs: requests, billed actions and events of pushes that stay pending a minute.

`python bench/waiting.py [SCENARIO ...]`, about 90 seconds each. Requests are counted in the
emulator's journal, actions by the server's own `action` metric, beside a plain polling workflow.
"""

import asyncio
import re
import shutil
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

sys.path[0] = str(Path(__file__).parents[1])  # instead of this folder: bench/emulator.py hides ours

import httpx  # noqa: E402
from pydantic import SecretStr  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from temporalio.client import Client, WorkflowHandle  # noqa: E402
from temporalio.testing import WorkflowEnvironment  # noqa: E402
from temporalio.worker import Worker  # noqa: E402

from activities.settings import PushSettings  # noqa: E402
from bench.plain_polling import PlainActivities, PlainPush, PlainRequest  # noqa: E402
from codat import CodatClient, CodatSettings  # noqa: E402
from codat.webhooks import Webhooks  # noqa: E402
from dispatch.connection import register_search_attributes  # noqa: E402
from dispatch.converter import CONVERTER  # noqa: E402
from dispatch.pushes import start_push  # noqa: E402
from emulator import Emulator, seeds  # noqa: E402
from emulator.examples import record  # noqa: E402
from gateway.webhooks import Receiver  # noqa: E402
from worker import build_worker  # noqa: E402
from workflows.models import PushRequest  # noqa: E402

PENDING = 60.0
HOOK = "http://127.0.0.1/webhooks/codat"


@dataclass(frozen=True)
class Scenario:
    """How many pushes, over how long they are started, by how many workers; what is promised."""

    pushes: int
    over: float
    workers: int = 1
    webhooks: bool = False
    plain: bool = False
    requests: float | None = None
    actions: float | None = None


SCENARIOS = {
    "plain": Scenario(40, 20, plain=True),
    "polling": Scenario(40, 20, requests=6.2, actions=16),
    "polling-four": Scenario(40, 20, workers=4, requests=6.2, actions=16),
    "lonely": Scenario(1, 1, requests=None, actions=16),
    "webhook": Scenario(40, 20, webhooks=True, requests=2.1, actions=9),
    "webhook-four": Scenario(40, 20, workers=4, webhooks=True, requests=2.1, actions=9),
    "crowd": Scenario(200, 1, requests=1.3, actions=16),
    "crowd-four": Scenario(200, 1, workers=4, requests=1.3, actions=16),
}


async def main(names: list[str]) -> bool:
    """Run the scenarios one after the other, and say whether every promise was kept."""
    kept = True
    print(
        f"{'':14}{'pushes':>7}{'requests':>10}{'promised':>9}{'actions':>9}{'promised':>9}", end=""
    )
    print(f"{'events':>8}{'seen late':>11}{'worst age':>11}")
    async with server() as (environment, metrics):
        for name in names or SCENARIOS:
            kept = await run(name, SCENARIOS[name], environment, metrics) and kept
    return kept


async def run(
    name: str, scenario: Scenario, environment: WorkflowEnvironment, metrics: str
) -> bool:
    """Let the pushes wait and end; print what they cost each."""
    before = await actions(metrics)
    receiver = Receiver(environment.client, Webhooks(SecretStr(seeds.WEBHOOK_SECRET)))
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    async with AsyncExitStack() as stack:
        codat = await stack.enter_async_context(Emulator(webhooks_through=through))
        codat.connection(seeds.PROMPT).set(delay=PENDING)
        codat.seed(companies=[_company(number) for number in range(20)])  # a day's requests
        queue = f"bench-{uuid4()}"
        for _ in range(scenario.workers):
            client = await stack.enter_async_context(_client(codat, webhooks=scenario.webhooks))
            temporal = await Client.connect(
                environment.client.service_client.config.target_host, data_converter=CONVERTER
            )
            await stack.enter_async_context(_worker(temporal, client, scenario, queue))
        if scenario.webhooks:
            await _subscribe(codat)
        since = len(codat.journal())
        handles = await _start(environment, scenario, queue)
        await asyncio.gather(*(handle.result() for handle in handles))
        costs = [one for one in codat.journal()[since:] if not one["path"].startswith("/webhooks")]
        spent = await actions(metrics) - before
        facts = [await _facts(handle) for handle in handles]
    return _report(name, scenario, spent, facts, costs)


def _report(
    name: str,
    scenario: Scenario,
    spent: float,
    facts: list[tuple[int, float, float]],
    costs: list[dict[str, Any]],
) -> bool:
    each, billed = len(costs) / scenario.pushes, spent / scenario.pushes
    events, late = (median(one[index] for one in facts) for index in (0, 1))
    worst = max(one[2] for one in facts)
    print(
        f"{name:14}{scenario.pushes:7}{each:10.2f}{scenario.requests or '-':>9}{billed:9.1f}"
        f"{scenario.actions or '-':>9}{events:8.0f}{late * 1000:9.0f}ms{worst:10.2f}x",
        flush=True,
    )
    kinds = Counter(f"{one['method']} {_kind(one['path'])}" for one in costs)
    print(" " * 14 + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    promised = ((each, scenario.requests), (billed, scenario.actions), (worst, 2.1))
    return scenario.plain or all(limit is None or is_ <= limit for is_, limit in promised)


def _kind(path: str) -> str:
    tail = path.split("/")
    return "options" if "options" in tail else "list" if tail[-1] == "push" else "push"


async def _start(
    environment: WorkflowEnvironment, scenario: Scenario, queue: str
) -> list[WorkflowHandle[Any, Any]]:
    handles: list[WorkflowHandle[Any, Any]] = []
    for number in range(scenario.pushes):
        fields = {
            "company_id": seeds.COMPANY,
            "connection_id": seeds.PROMPT,
            "data_type": "chartOfAccounts",
            "data": record("chartOfAccounts", number=f"{number}"),
            "idempotency_key": f"{queue}-{number}",
        }
        if scenario.plain:
            handle = await environment.client.start_workflow(
                PlainPush.run,
                PlainRequest.model_validate(fields),
                id=f"plain-{uuid4()}",
                task_queue=queue,
            )
            handles.append(handle)
        else:
            request = PushRequest.model_validate(fields)
            handles.append((await start_push(environment.client, request, task_queue=queue)).handle)
        await asyncio.sleep(scenario.over / scenario.pushes)
    return handles


async def _facts(handle: WorkflowHandle[Any, Any]) -> tuple[int, float, float]:
    """Give the events, the seconds from completion to outcome, and their part of the push's age."""
    description = await handle.describe()
    started, closed = description.start_time, description.close_time
    outcome = await handle.result()
    told = outcome["completedOnUtc"] if isinstance(outcome, dict) else outcome.completed_on_utc
    completed = datetime.fromisoformat(told) if isinstance(told, str) else told
    assert closed
    assert completed
    late = (closed - completed).total_seconds()
    return description.history_length, late, (closed - started) / (completed - started)


def _company(number: int) -> dict[str, Any]:
    return {"id": f"c0da7000-0000-4000-8000-1000000000{number:02}", "connections": []}


def _client(codat: Emulator, *, webhooks: bool) -> CodatClient:
    known = {"api_key": codat.api_key, "base_url": codat.base_url}
    if webhooks:
        known["webhook_secret"] = seeds.WEBHOOK_SECRET
    return CodatClient(CodatSettings.model_validate(known), transport=codat.transport)


def _worker(temporal: Client, client: CodatClient, scenario: Scenario, queue: str) -> Worker:
    if scenario.plain:
        plain = PlainActivities(client)
        steps = [plain.options, plain.send, plain.look]
        return Worker(temporal, task_queue=queue, workflows=[PlainPush], activities=steps)
    settings = {"api_key": "k"} | ({"webhook_secret": "x"} if scenario.webhooks else {})
    conduct = PushSettings().conduct(CodatSettings.model_validate(settings))
    return build_worker(temporal, client, conduct, task_queue=queue)


async def _subscribe(codat: Emulator) -> None:
    async with codat.client() as client:
        consumer = {"url": HOOK, "eventTypes": ["chartOfAccounts.write.*"]}
        (await client.post("/webhooks", json=consumer)).raise_for_status()


async def actions(metrics: str) -> float:
    """Read how many actions the server has counted; it sums up once a second."""
    await asyncio.sleep(3)
    async with httpx.AsyncClient() as http:
        text = (await http.get(metrics)).text
    counted = re.findall(r'^action\{.*namespace="default".*\} ([0-9.e+]+)$', text, re.MULTILINE)
    return sum(map(float, counted))


@asynccontextmanager
async def server() -> AsyncIterator[tuple[WorkflowEnvironment, str]]:
    """Start the dev server, in memory; gives the address of its metrics."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=shutil.which("temporal", path=str(Path(sys.executable).parent)),
        data_converter=CONVERTER,
        dev_server_log_level="error",
        dev_server_extra_args=["--metrics-port", str(port)],
    ) as environment:
        await register_search_attributes(environment.client)
        yield environment, f"http://127.0.0.1:{port}/metrics"


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main(sys.argv[1:])) else 1)
