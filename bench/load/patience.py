"""Table 2b, patience: many pushes that stay pending long, on one worker, in scaled time.

`python -m bench.load.patience PUSHES SECONDS [CAP [FIRST]]`: so many pushes, a hundred a company,
wait for platforms that are off, for so many seconds after the last POST, and then all are done at
once. Each is looked at first after FIRST seconds (4; more where webhooks tell), and at most every
CAP seconds, which scales the usual quarter of an hour.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from uuid import UUID, uuid4

from bench.load.bulk import each
from bench.servers import memory, processor_seconds
from bench.tables import table
from dispatch.pushes import Push, start_push
from emulator.examples import record
from stack.control import EmulatorControl
from stack.ports import Ports
from stack.process import Process
from stack.services import Stack, running
from workflows.models import PushRequest

PER_COMPANY = 100
"""A day's 1,000 requests a company are to last."""

KEPT = {
    "state": "SELECT sum(length(data) + length(state)) FROM executions",
    "timers": "SELECT sum(length(data)) FROM timer_info_maps",
    "history": "SELECT sum(length(data)) FROM history_node",
}
"""What Temporal's dev server keeps of all workflows in its file, in bytes."""


@dataclass(frozen=True)
class Load:
    """What a stretch of waiting takes: parts of one core, and MB."""

    seconds: float
    server: float
    worker: float
    workers_memory: float
    servers_memory: float


async def main(pushes: int, seconds: float, cap: float, first: float) -> None:
    """Let them wait, and print what it took."""
    settings = {"PUSH_POLL_CAP": f"{cap}", "PUSH_POLL_FIRST": f"{first}"}
    with tempfile.TemporaryDirectory(prefix="surepush-patience-") as folder:
        async with (
            running(Path(folder), Ports.free(), settings) as stack,
            EmulatorControl(stack.ports.emulator) as emulator,
        ):
            places = [(str(uuid4()), str(uuid4())) for _ in range(ceil(pushes / PER_COMPANY))]
            for company, books in places:
                await emulator.seed(company, books, offline=True)
            worker = await stack.start_worker()
            await worker.says("Worker ready")
            empty = {
                "MB of an idle worker": memory(worker.id),
                "MB of the server, with it": memory(stack.processes[0].id),
            }
            began = time.monotonic()
            requests = [_request(*places[number % len(places)]) for number in range(pushes)]
            started = await each(requests, lambda request: start_push(stack.client, request))
            await _all_sent(emulator, pushes)
            sent = time.monotonic() - began
            load = await _wait(stack, worker, seconds)
            kept = _kept(Path(folder) / "temporal.db")
            for _, books in places:
                await emulator.change(f"connections/{books}", offline=False, delay=0)
            facts = await _facts(emulator, started, load.seconds)
            spent = {
                "server's processor ms a push": processor_seconds(stack.processes[0].id),
                "worker's processor ms a push": processor_seconds(worker.id),
            }
    facts |= {what: 1000 * seconds / pushes for what, seconds in spent.items()}
    facts |= {f"bytes of {what} a waiting push": size / pushes for what, size in kept.items()}
    _show(pushes, {**empty, "all sent after, s": sent}, load, facts)


def _request(company: str, books: str) -> PushRequest:
    return PushRequest(
        company_id=UUID(company),
        connection_id=UUID(books),
        data_type="suppliers",
        data=record("suppliers", str(uuid4())[:12]),
    )


async def _all_sent(emulator: EmulatorControl, pushes: int) -> None:
    began, sent = time.monotonic(), 0
    while sent < pushes:
        await asyncio.sleep(3 + pushes / 500)
        sent = len(await emulator.journal("/push/", "POST"))
        print(f"{time.monotonic() - began:.0f} s: {sent} sent", file=sys.stderr)


async def _wait(stack: Stack, worker: Process, seconds: float) -> Load:
    """Measure while all are pending."""
    server, began = stack.processes[0], time.monotonic()
    before = processor_seconds(server.id), processor_seconds(worker.id)
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    spent = processor_seconds(server.id) - before[0], processor_seconds(worker.id) - before[1]
    return Load(took, spent[0] / took, spent[1] / took, memory(worker.id), memory(server.id))


def _kept(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        return {what: file.execute(sum_up).fetchone()[0] or 0 for what, sum_up in KEPT.items()}


async def _facts(
    emulator: EmulatorControl, started: list[Push], waited: float
) -> dict[str, object]:
    """Say how they ended, how late that was seen, and what it took of requests.

    Each had waited for so many seconds at least: by that its age at its end is judged.
    """
    outcomes = await each(started, Push.outcome)
    runs = await each(started, Push.describe)
    late: list[float] = []
    for outcome, run in zip(outcomes, runs, strict=True):
        assert run.close_time
        assert isinstance(outcome.completed_on_utc, datetime)
        late.append((run.close_time - outcome.completed_on_utc).total_seconds())
    journal = await emulator.journal("/companies/")
    records = await emulator.invariants()
    return {
        "ended": dict(Counter(ending.status.value for ending in outcomes)),
        "written once": records["sound"],
        "seen late at most, s": max(late),
        "worst age, at most": 1 + max(late) / waited,
        "requests a push": len(journal) / len(started),
        "of them": dict(Counter(entry["did"] for entry in journal)),
        "events a push": sum(run.history_length for run in runs) / len(runs),
    }


def _show(
    pushes: int, before: Mapping[str, float], load: Load, facts: Mapping[str, object]
) -> None:
    report = {
        **before,
        "MB of the worker": load.workers_memory,
        "MB of the server": load.servers_memory,
        "measured for, s": load.seconds,
        "server's part of a core": load.server,
        "worker's part of a core": load.worker,
        **facts,
    }
    rows = [
        (what, f"{value:.2f}" if isinstance(value, float) else str(value))
        for what, value in report.items()
    ]
    table(f"2b. Patience: {pushes} pushes on one worker", ("what", "measured"), rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pushes", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("cap", type=float, nargs="?", default=60)
    parser.add_argument("first", type=float, nargs="?", default=4)
    given = parser.parse_args()
    asyncio.run(main(given.pushes, given.seconds, given.cap, given.first))
