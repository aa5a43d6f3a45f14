"""How long do overview and list take, and how many calls to Temporal? Measured, and printed.

`python -m bench.load.overview [PUSHES]`: some pushes of each ending run through a worker and the
emulator. Then their rows in the dev server's SQLite visibility store are copied, with ids and times
of their own over seven days, until there are PUSHES (100,000). The overview reads no history, so
that it can't tell. Each reading and each page is of one that knows nothing yet, if it says no more.
"""

import argparse
import asyncio
import os
import random
import sqlite3
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import httpx
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.service import RPCError

from codat.client import CodatClient
from codat.clock import utc_now
from codat.models import PushStatus
from codat.settings import CodatSettings
from codat.validation.cache import OptionsCache
from dispatch.day_counts import DayCounter
from dispatch.newest_pushes import NewestPushes, PushFilters
from dispatch.pushes import start_push
from dispatch.recent import RecentReader
from emulator import seeds
from emulator.examples import record
from gateway.app import build_app
from gateway.dependencies import Dependencies
from gateway.pages.listing import PAGE_SIZE
from gateway.settings import GatewaySettings
from stack.ports import Ports
from stack.services import running
from workflows.models import PushRequest

PLACES = (seeds.SYNCHRONOUS, seeds.PROMPT, seeds.REFUSING, seeds.OFFLINE)
READINGS = 5
DAYS = 6.9
WAIT_BETWEEN = 2
"""Seconds, in which the counts that a page has begun come to their end."""


async def run_some_pushes(client: Client) -> None:
    """Run pushes to places that end them differently; those to the last one stay under way."""
    pushes = [
        await start_push(
            client,
            PushRequest(
                company_id=UUID(seeds.COMPANY),
                connection_id=UUID(place),
                data_type="suppliers",
                data=record("suppliers", number=uuid4().hex[:7]),
            ),
        )
        for place in PLACES
        for _ in range(3)
    ]
    await asyncio.gather(*(push.outcome() for push in pushes[:-3]))


def copy_rows(database: Path, wanted: int) -> None:
    """Copy the rows of the closed pushes until there are so many."""
    store = sqlite3.connect(database)
    for pragma in ("cache_size = -600000", "synchronous = OFF", "temp_store = MEMORY"):
        store.execute(f"PRAGMA {pragma}")
    columns = [
        name
        for _, name, *_, hidden in store.execute("PRAGMA table_xinfo(executions_visibility)")
        if not hidden
    ]
    closed = store.execute(
        f"SELECT {', '.join(columns)} FROM executions_visibility "
        "WHERE workflow_type_name = 'push' AND close_time IS NOT NULL"
    ).fetchall()
    marks = ", ".join("?" for _ in columns)
    insert = f"INSERT INTO executions_visibility ({', '.join(columns)}) VALUES ({marks})"
    rows = (
        list(aged(dict(zip(columns, random.choice(closed), strict=True))).values())
        for _ in range(wanted - len(closed))
    )
    # Fifty indexes that grow row by row take twenty times longer than those that are made at once.
    indexes = store.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name = 'executions_visibility'"
    ).fetchall()
    with store:
        for index, _ in indexes:
            store.execute(f"DROP INDEX {index}")
        store.executemany(insert, rows)
        for _, text in indexes:
            store.execute(text)
    store.close()


def aged(row: dict[str, object]) -> dict[str, object]:
    """Give a row ids of its own, and let it have begun and ended some days earlier."""
    earlier = timedelta(days=random.uniform(0, DAYS))
    for name in ("start_time", "execution_time", "close_time"):
        moment = datetime.fromisoformat(str(row[name])) - earlier
        row[name] = moment.isoformat(sep=" ")
    run_id = str(uuid4())
    ids = {"run_id": run_id, "root_run_id": run_id}
    workflow_id = f"push-{uuid4()}"
    return row | ids | {"workflow_id": workflow_id, "root_workflow_id": workflow_id}


def counted(client: Client) -> Counter[str]:
    """Count the calls of a client from now on."""
    calls: Counter[str] = Counter()
    service = client.workflow_service
    for name in (
        "count_workflow_executions",
        "describe_workflow_execution",
        "list_workflow_executions",
    ):
        call = getattr(service, name)

        async def counting(*args: object, _call: object = call, _name: str = name, **more: object):  # noqa: ANN202
            calls[_name] += 1
            return await _call(*args, **more)  # pyright: ignore[reportCallIssue]

        setattr(service, name, counting)
    return calls


async def read_often(client: Client) -> None:
    """Measure, and print."""
    calls, times = counted(client), dict[str, list[float]]()
    for _ in range(READINGS):
        calls.clear()
        reader, counter = RecentReader(client), DayCounter(client)
        for what, read in (
            ("last runs", reader.read),
            ("what needs a person", reader.failed),
            ("days, first", counter.count),
            ("days, next", counter.count),
        ):
            begun = time.perf_counter()
            await read()
            times.setdefault(what, []).append(time.perf_counter() - begun)
            if len(times[what]) == 1:
                print(f"calls until here: {calls.total()} {dict(calls)} ({what})")
    total = sum(sum(day.by_status.values()) for day in await DayCounter(client).count())
    print(f"runs that ended, of seven days: {total}")
    for what, each in times.items():
        print(f"{what}: median {median(each):.3f} s, longest {max(each):.3f} s of {len(each)}")


async def read_lists(client: Client) -> None:
    """Measure a page of the list: until its first rows, and until its end."""
    calls, company = counted(client), UUID(seeds.COMPANY)
    everything, refused = PushFilters(company), PushFilters(company, status=PushStatus.FAILED)
    cases = {
        "newest": (everything, None),
        "of three days ago": (everything, utc_now() - timedelta(days=3)),
        "that failed": (refused, None),
        "with words that a quarter has": (PushFilters(company, words="closed"), None),
        "with words that none has": (PushFilters(company, words="no such words"), None),
    }
    for what, (filters, before) in cases.items():
        first, whole, rows = list[float](), list[float](), 0
        for _ in range(READINGS):
            calls.clear()
            pushes, rows = NewestPushes(client, filters, before=before, size=PAGE_SIZE), 0
            begun, seen = time.perf_counter(), 0.0
            async for batch in pushes.batches():
                seen = seen or (time.perf_counter() - begun if batch else 0)
                rows += len(batch)
            first.append(seen)
            whole.append(time.perf_counter() - begun)
        print(
            f"list, {what}: {rows} rows, {calls.total()} calls; first rows median "
            f"{median(first):.3f} s, all median {median(whole):.3f} s, longest {max(whole):.3f} s"
        )


async def show_pages(client: Client) -> None:
    """Measure the page itself, of a front door that knows nothing yet."""
    first, next_one = list[float](), list[float]()
    async with CodatClient(CodatSettings(api_key=SecretStr("none"))) as codat:
        for _ in range(READINGS):
            parts = Dependencies(client, OptionsCache(codat), GatewaySettings())
            transport = httpx.ASGITransport(build_app(parts), client=("127.0.0.1", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                for times in (first, next_one):
                    begun = time.perf_counter()
                    (await http.get("/")).raise_for_status()
                    times.append(time.perf_counter() - begun)
            await asyncio.sleep(WAIT_BETWEEN)
    for what, each in (("first page", first), ("next page", next_one)):
        print(f"{what}: median {median(each):.3f} s, longest {max(each):.3f} s of {len(each)}")


async def until_ready(client: Client) -> None:
    """Wait until the server that was just started with so many rows knows its namespace."""
    while True:
        try:
            await client.count_workflows('WorkflowType="push-hold" AND ExecutionStatus="Running"')
        except RPCError:
            await asyncio.sleep(1)
        else:
            return


async def main(pushes: int) -> None:
    """Run, copy, measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with running(folder, Ports.free()) as stack:
            worker = await stack.start_worker()
            await worker.says("Worker ready")
            await run_some_pushes(stack.client)
            await asyncio.sleep(2)  # the visibility store is behind by a moment
        begun = time.perf_counter()
        copy_rows(folder / "temporal.db", pushes)
        print(f"rows copied in {time.perf_counter() - begun:.0f} s", flush=True)
        async with running(folder, Ports.free()) as stack:
            await until_ready(stack.client)
            await read_often(stack.client)
            await read_lists(stack.client)
            await show_pages(stack.client)  # the last, since its counts go on in the background
            print(f"load, of one minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pushes", type=int, nargs="?", default=100_000)
    asyncio.run(main(parser.parse_args().pushes))
