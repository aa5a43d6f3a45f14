"""Many updates of the same records at once while workers die; the last request has to stand.

`python -m bench.load.updates [--records 20] [--updates 100]` starts a dev server, the emulator and
two workers as processes of their own, and starts so many updates of each record, one after the
other for a record, all records at once. Most records get updates that set the same fields, so that
a newer one may take the place of one that was not sent; of each fifth record all are written.
Answers are lost, and again and again a worker is killed with SIGKILL and another one started. In
the end it compares the books with the requests. Exit code 1: a record does not end as the last
request says, updates stand in another order than that of the requests, or one was written twice.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from bench.tables import table
from dispatch.pushes import Push, start_push
from stack.control import EmulatorControl, JournalEntry
from stack.ports import Ports
from stack.process import Process
from stack.services import Stack, running
from stack.signals import until_signal
from workflows.models import PushRequest, Validation

SETTINGS = {
    "CODAT_READ_TIMEOUT": "PT3S",
    "CODAT_REQUESTS_PER_MINUTE": "50000",
    "PUSH_POLL_FIRST": "PT0.5S",
    "PUSH_FIND_FOR": "PT10S",
}
FAULTS = (
    {"fault": "commit-then-drop", "probability": 0.03},
    {"fault": "drop-before-commit", "probability": 0.03},
    {"fault": "error-before-commit", "status": 503, "probability": 0.03},
    {"fault": "throttle", "retry_after": 1, "probability": 0.03},
)
KILL_EVERY = 30
"""Seconds from one death of a worker to the next."""

RECORD = "supplier-1"


@dataclass
class UpdatedRecord:
    """A record of one company, and the updates of it in the order of their requests."""

    number: int
    company: UUID = field(default_factory=uuid4)
    connection: UUID = field(default_factory=uuid4)
    pushes: list[Push] = field(default_factory=list[Push])

    def request(self, update: int) -> PushRequest:
        """Give one update; those of each fifth record set a field of their own."""
        name = "note" if self.number % 5 else f"note{update}"
        return PushRequest(
            company_id=self.company,
            connection_id=self.connection,
            data_type="suppliers",
            record_id=RECORD,
            data={"supplierName": f"state {update}", name: update},
            idempotency_key=f"update-{update}",
            validation=Validation.OFF,
        )

    async def start(self, stack: Stack, updates: int) -> None:
        """Start its updates, one after the other."""
        for update in range(updates):
            self.pushes.append(await start_push(stack.client, self.request(update)))


async def kill_workers(stack: Stack, workers: list[Process], counted: Counter[str]) -> None:
    """Kill the older worker again and again, and start another one in its place."""
    while True:
        await asyncio.sleep(KILL_EVERY)
        await workers.pop(0).kill()
        counted["workers killed"] += 1
        workers.append(await stack.start_worker())


async def run(records: int, updates: int, folder: Path) -> int:
    """Run all, print what came of it, give the exit code."""
    made = [UpdatedRecord(number) for number in range(records)]
    counted: Counter[str] = Counter()
    async with (
        running(folder, Ports.free(), SETTINGS) as stack,
        EmulatorControl(stack.ports.emulator) as emulator,
    ):
        await _prepare(emulator, made)
        workers = [await stack.start_worker(), await stack.start_worker()]
        for worker in workers:
            await worker.says("Worker ready")
        began = time.monotonic()
        deaths = asyncio.create_task(kill_workers(stack, workers, counted))
        await asyncio.gather(*(record.start(stack, updates) for record in made))
        print(f"{records * updates} updates started after {time.monotonic() - began:.0f} s")
        endings = await asyncio.gather(*(_endings(record) for record in made))
        print(f"all had ended after {time.monotonic() - began:.0f} s", flush=True)
        deaths.cancel()
        ledgers = [await emulator.ledger(str(record.connection)) for record in made]
    counted.update(status for statuses in endings for status in statuses)
    return _judge(ledgers, updates, counted)


async def _prepare(emulator: EmulatorControl, records: Sequence[UpdatedRecord]) -> None:
    await emulator.change("settings", rules="off", echo_data=True)
    for record in records:
        await emulator.seed(str(record.company), str(record.connection), delay=0.2)
    for rule in FAULTS:
        await emulator.fault(method="PUT", **rule)


async def _endings(record: UpdatedRecord) -> list[str]:
    return [(await push.outcome()).status for push in record.pushes]


def _judge(ledgers: Sequence[list[JournalEntry]], updates: int, counted: Counter[str]) -> int:
    """Print the table; exit code 1 where something must not be."""
    written = [_states(ledger) for ledger in ledgers]
    wrong = {
        "records that end otherwise": sum(states[-1:] != [updates - 1] for states in written),
        "written in another order": sum(
            later < earlier for states in written for earlier, later in itertools.pairwise(states)
        ),
        "written twice": sum(len(states) - len(set(states)) for states in written),
    }
    rows = [*counted.items(), ("written", sum(map(len, written))), *wrong.items()]
    table("Updates of the same records at once", ("what", "count"), rows)
    return int(any(wrong.values()))


def _states(ledger: list[JournalEntry]) -> list[int]:
    """Give the updates that stand in a record's history, in the order of the books."""
    ordered = sorted(ledger, key=lambda entry: entry["number"])
    return [int(entry["data"]["supplierName"].removeprefix("state ")) for entry in ordered]


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.load.updates", description=__doc__)
    parser.add_argument("--records", type=int, default=20)
    parser.add_argument("--updates", type=int, default=100, help="of each record")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="surepush-updates-") as folder:
        work = run(given.records, given.updates, Path(folder))
        sys.exit(asyncio.run(until_signal(work)))


if __name__ == "__main__":
    main()
