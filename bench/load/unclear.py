"""What it costs to settle pushes of one company whose answers were lost: requests, and time.

`python -m bench.load.unclear [--pushes 50]` starts a dev server, the emulator and a worker as
processes of their own, and loses the answers to so many pushes after they were written. Keys are
ignored and nothing is echoed, so that only the records in the books tell whose operation is whose.
A second table row is the same without reading: the look of which a proof is the longer form. The
third pushes as many whose answers come. Exit code 1: a push whose answer was lost costs more than
three requests for proof on average, one whose answer came costs any, or one is not written once.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.servers import processor_seconds
from bench.tables import table
from dispatch.pushes import start_push
from emulator.examples import record
from stack.control import EmulatorControl
from stack.ports import Ports
from stack.services import Stack, running
from stack.signals import until_signal
from workflows.models import PushRequest, Validation

MOST = 3
"""Requests for proof that an unclear push may cost on average."""

SETTINGS = {
    "CODAT_IDEMPOTENCY": "ignored",
    "CODAT_REQUESTS_PER_MINUTE": "50000",
    "PUSH_POLL_FIRST": "PT0.5S",
    "PUSH_FIND_FOR": "PT20S",
    "PUSH_LOOK_AGAIN_AFTER": "PT0S",
}
REFRESH = 3
"""Seconds that a refresh takes."""

TYPES = ("invoices", "bills", "suppliers")


@dataclass(frozen=True)
class Scenario:
    """One row: whether records are read, and whether the answers are lost."""

    name: str
    read_records: str
    are_lost: bool


SCENARIOS = (
    Scenario("answers lost, records read", "auto", are_lost=True),
    Scenario("answers lost, not read", "never", are_lost=True),
    Scenario("answers came", "auto", are_lost=False),
)


@dataclass(frozen=True)
class Cost:
    """What the pushes of a row cost; seconds are of the worker's processor."""

    statuses: Counter[str]
    proofs: Counter[str]
    lists: int
    processor: float
    times: list[float]
    twice: int


async def measure(scenario: Scenario, pushes: int, folder: Path) -> Cost:
    """Run one row."""
    async with (
        running(folder, Ports.free(), SETTINGS) as stack,
        EmulatorControl(stack.ports.emulator) as emulator,
    ):
        company, connection = str(uuid4()), str(uuid4())
        await emulator.change("settings", rules="off", echo_data=False, idempotency="ignored")
        await emulator.seed(company, connection, delay=0.2, refresh_seconds=REFRESH)
        if scenario.are_lost:
            await emulator.fault("commit-then-drop", method="POST", path="/push/", times=pushes)
        worker = await stack.start_worker(PUSH_READ_RECORDS=scenario.read_records)
        await worker.says("Worker ready")
        before = processor_seconds(worker.id)
        requests = [_request(company, connection, number) for number in range(pushes)]
        endings = await asyncio.gather(*(_ending(stack, request) for request in requests))
        return Cost(
            Counter(status for status, _ in endings),
            Counter(_kind(entry["path"]) for entry in await emulator.journal("/data/")),
            len(await emulator.journal(f"/companies/{company}/push", "GET")),
            processor_seconds(worker.id) - before,
            [seconds for _, seconds in endings],
            pushes - len(await emulator.ledger(connection)),
        )


def _request(company: str, connection: str, number: int) -> PushRequest:
    data_type = TYPES[number % len(TYPES)]
    return PushRequest.model_validate(
        {
            "companyId": company,
            "connectionId": connection,
            "dataType": data_type,
            "data": record(data_type, f"-N{number:05d}x"),
            "idempotencyKey": f"push-{number}",
            "validation": Validation.OFF,
        }
    )


async def _ending(stack: Stack, request: PushRequest) -> tuple[str, float]:
    began = time.monotonic()
    push = await start_push(stack.client, request)
    outcome = await push.outcome()
    return outcome.status.value, time.monotonic() - began


def _kind(path: str) -> str:
    if "/data/queue/" in path:
        return "refreshes"
    return "looks at refreshes" if "/data/history/" in path else "reads"


def show(costs: dict[Scenario, Cost], pushes: int) -> int:
    """Print the table; gives the exit code."""
    rows: list[tuple[object, ...]] = []
    for scenario, cost in costs.items():
        asked = sum(cost.proofs.values())
        rows.append(
            (
                scenario.name,
                ", ".join(f"{status} {count}" for status, count in cost.statuses.items()),
                f"{asked} = {asked / pushes:.2f} each",
                ", ".join(f"{kind} {count}" for kind, count in cost.proofs.items()) or "-",
                cost.lists,
                f"{1000 * cost.processor / pushes:.0f} ms",
                f"{median(cost.times):.1f} s, {max(cost.times):.1f} s",
            )
        )
    head = ("pushes", "endings", "for proof", "of these", "looks at operations")
    table(
        f"{pushes} pushes of one company; a refresh takes {REFRESH} s",
        (*head, "processor, each", "until the end: median, longest"),
        rows,
    )
    return int(any(_is_too_much(scenario, cost, pushes) for scenario, cost in costs.items()))


def _is_too_much(scenario: Scenario, cost: Cost, pushes: int) -> bool:
    most = MOST * pushes if scenario.are_lost else 0
    return cost.twice != 0 or sum(cost.proofs.values()) > most


async def run(pushes: int, folder: Path) -> int:
    """Measure all rows, print them, give the exit code."""
    costs = {
        scenario: await measure(scenario, pushes, folder / str(index))
        for index, scenario in enumerate(SCENARIOS)
    }
    return show(costs, pushes)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.load.unclear", description=__doc__)
    parser.add_argument("--pushes", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="surepush-unclear-") as folder:
        sys.exit(asyncio.run(until_signal(run(given.pushes, Path(folder)))))


if __name__ == "__main__":
    main()
