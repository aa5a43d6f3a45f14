"""A bulk of thousands: what failed is retried, what is unclear is not, whoever dies meanwhile.

`python -m bench.load.bulk [PUSHES]`; a tenth is unclear, and the bulk is given all of them. Its
worker is killed twice (SIGKILL), and its history is cut by continue-as-new more often than usual.
The platform enforces its limits.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from bisect import bisect
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from dispatch.bulk import Bulk, is_safe, start_bulk
from dispatch.pushes import Push, start_push
from emulator import seeds
from emulator.examples import record
from stack.control import EmulatorControl
from stack.ports import Ports
from stack.process import ROOT, Process
from stack.services import Stack, running
from workflows.bulk import BulkReport
from workflows.models import PushRequest
from workflows.submission import idempotency_key

GAP = 0.1
AT_ONCE = 40
CUT_AFTER = 20
"""Steps of a run, instead of hundreds."""

KILLS = (0.25, 0.6)
"""How far the bulk is when its worker is killed."""

OFF = "The period is closed for posting."
QUICK = {"PUSH_POLL_FIRST": "PT0.5S", "PUSH_FIND_FOR": "PT10S"}
UNLIMITED = {"CODAT_REQUESTS_PER_MINUTE": "100000"}
WORKER = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import workflows.bulk; workflows.bulk.STEPS_A_RUN = {CUT_AFTER}
import asyncio, logging, worker; logging.basicConfig(level=20); asyncio.run(worker.main())
"""

_One = TypeVar("_One")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Bench:
    """The processes, and the company whose books are closed at first."""

    stack: Stack
    emulator: EmulatorControl
    company: str
    books: str

    async def start(self, place: tuple[str, int | None]) -> Push:
        """Start one push; those to other books than ours are of the company that has them."""
        connection, minutes = place
        request = PushRequest(
            company_id=UUID(self.company if connection == self.books else seeds.COMPANY),
            connection_id=UUID(connection),
            data_type="suppliers",
            data=record("suppliers", str(uuid4())[:12]),
            timeout_in_minutes=minutes,
        )
        return await start_push(self.stack.client, request)

    @asynccontextmanager
    async def worker(self, **settings: str) -> AsyncGenerator[Process]:
        """Run a worker whose bulks are cut early."""
        log = self.stack.folder / f"worker-{uuid4()}.log"
        around = {**self.stack.environment, **settings}
        process = await Process.start("worker", (sys.executable, "-c", WORKER), around, log)
        try:
            await process.says("Worker ready")
            yield process
        finally:
            await process.stop(60)

    async def sent(self) -> int:
        """Count the requests that carried a record."""
        return len(await self.emulator.journal("", "POST"))


async def main(count: int) -> None:
    """Let them fail, retry them in bulk, and count what reached the platform."""
    with tempfile.TemporaryDirectory(prefix="surepush-bulk-") as folder:
        async with (
            running(Path(folder), Ports.free(), QUICK) as stack,
            EmulatorControl(stack.ports.emulator) as emulator,
        ):
            bench = Bench(stack, emulator, str(uuid4()), str(uuid4()))
            # Each company adds a thousand requests to the day's quota.
            for _ in range(count // 200):
                await emulator.seed(str(uuid4()), str(uuid4()))
            await emulator.seed(bench.company, bench.books, synchronous=True, refusing=OFF)
            async with bench.worker(**UNLIMITED):
                pushes = await failed(bench, count)
            await emulator.change(f"connections/{bench.books}", refusing=None)
            await emulator.change("settings", limits="enforced")
            await measure(bench, pushes)


async def failed(bench: Bench, count: int) -> list[Push]:
    """Start pushes and wait until none is under way; the first tenth ends unclear."""
    unclear, shaky = count // 10, count // 100
    wanted: list[tuple[str, int | None]] = [(seeds.SHAKY, None)] * shaky
    minutes = 2 + count // 1000  # each has to be sent before its time is over
    wanted += [(seeds.OFFLINE, minutes)] * (unclear - shaky) + [(bench.books, None)] * (
        count - unclear
    )
    pushes = await each(wanted, bench.start)
    ended = Counter(outcome.status.value for outcome in await each(pushes, Push.outcome))
    print("ended:", dict(ended), flush=True)
    return pushes


async def measure(bench: Bench, pushes: list[Push]) -> None:
    """Retry all in bulk; print what was said of each and what was sent."""
    endings = await each(pushes, Push.outcome)
    unclear = [push for push, outcome in zip(pushes, endings, strict=True) if not is_safe(outcome)]
    safe = [push for push in pushes if push not in unclear]
    before = await bench.sent()
    earlier = len(await bench.emulator.journal(""))
    began = time.monotonic()
    bulk, report = await retried(bench, pushes)
    seconds = time.monotonic() - began
    again = await bench.sent() - before
    ended = Counter(outcome.status.value for outcome in await each(safe, Push.outcome))
    requests = (await bench.emulator.journal(""))[earlier:]
    print(f"the bulk says, after {seconds:.0f} s:")
    for word, some in report.results.items():
        print(f"  {len(some)} {word}")
    theirs = {str(idempotency_key(push.push_id, n)) for push in unclear for n in range(1, 9)}
    facts = {
        "unclear pushes": len(unclear),
        "unclear sent again": sum(_key(request) in theirs for request in requests),
        "unclear runs": sum([await runs_of(bench, push.workflow_id) for push in unclear]),
        "safe pushes": len(safe),
        "safe sent again": again,
        "safe ended": dict(ended),
        "in the books": len(await bench.emulator.ledger(bench.books)),
        "written once": (await bench.emulator.invariants())["sound"],
        "requests": len(requests),
        "requests a minute": busiest(requests),
        "requests refused": sum(request["status"] == "429" for request in requests),
        "bulk's runs": await runs_of(bench, bulk.workflow_id),
    }
    for what, how_many in facts.items():
        print(f"{what:20} {how_many}")


async def retried(bench: Bench, pushes: list[Push]) -> tuple[Bulk, BulkReport]:
    """Retry all these, though some are unclear, while workers are killed."""
    client, ids = bench.stack.client, [push.push_id for push in pushes]
    ends = [description.close_time for description in await each(pushes, Push.describe)]
    planned = max(end for end in ends if end)
    bulk = await start_bulk(client, ids, planned, gap=GAP, reason="bench")
    for part in KILLS:
        async with bench.worker() as worker:
            while (await bulk.report()).done < part * len(ids):  # noqa: ASYNC110, no event
                await asyncio.sleep(2)
            await worker.kill()
            print(f"killed the worker at {part:.0%}", flush=True)
    async with bench.worker():
        report = await bulk.report(wait=True)
        await each(pushes, Push.outcome)
        return bulk, report


async def each(items: Sequence[_One], work: Callable[[_One], Awaitable[_Made]]) -> list[_Made]:
    """Do something to each, some at once, and give what came of it in their order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def do(item: _One) -> _Made:
        async with gate:
            return await work(item)

    return list(await asyncio.gather(*map(do, items)))


def _key(request: dict[str, Any]) -> str | None:
    named = {name.lower(): value for name, value in request["headers"].items()}
    return named.get("idempotency-key")


def busiest(requests: Sequence[dict[str, Any]]) -> int:
    """Count the requests of the sixty seconds that saw the most."""
    times = sorted(request["receivedMonotonic"] for request in requests)
    return max(bisect(times, at + 60) - number for number, at in enumerate(times))


async def runs_of(bench: Bench, workflow_id: str) -> int:
    """Count the runs of a workflow."""
    query = f'WorkflowId="{workflow_id}"'
    return (await bench.stack.client.count_workflows(query)).count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.load.bulk", description=__doc__)
    parser.add_argument("pushes", type=int, nargs="?", default=5000)
    asyncio.run(main(parser.parse_args().pushes))
