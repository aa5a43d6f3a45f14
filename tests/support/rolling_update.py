"""Pushes that are under way while one worker is replaced by another."""

import asyncio
import subprocess
import sys
import tarfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from codat.models import PushStatus
from dispatch.pushes import Push, start_push
from stack.process import ROOT, Process
from tests.support.eventually import eventually
from tests.support.worker_kill import Place
from workflows.models import PushRequest

AT_A_TIME = 4
"""Pushes before the replacement begins, and as many after each of its two steps."""

SETTINGS = {"PUSH_POLL_FIRST": "PT0.5S"}

Start = Callable[[], Awaitable[Process]]


@dataclass(frozen=True)
class Rolled:
    """What came of the pushes: `attempts` of all activities, `builds` by push."""

    statuses: list[PushStatus]
    posts: int
    written: int
    attempts: set[int]
    builds: list[set[str]]


BASELINE = ROOT / "tests/replay/baseline.txt"
"""The commit that brought the recorded histories: pushes of its workers have to go on here."""


def baseline(folder: Path) -> Path | None:
    """Unpack the commit of the recorded histories; None where Git does not have it."""
    command = ("git", "-C", str(ROOT), "archive", BASELINE.read_text().strip())
    packed = subprocess.run(command, capture_output=True, check=False)
    if packed.returncode:
        return None
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


async def start_worker(place: Place, tree: Path, name: str, **settings: str) -> Process:
    """Start the worker of a tree of files; it serves the place only."""
    around = {**place.stack.environment, **SETTINGS, "PUSH_TASK_QUEUE": place.company, **settings}
    log = place.stack.folder / f"{place.company}-{name}.log"
    worker = await Process.start(name, (sys.executable, str(tree / "worker.py")), around, log)
    await worker.says("Worker ready")
    return worker


async def make_current(client: Client, deployment: str, build: str) -> None:
    """Give new pushes to a build, as `temporal worker deployment set-current-version` does."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=deployment, build_id=build
    )

    async def taken() -> bool:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                raise
            return False  # the server has not heard of its worker yet
        return True

    await eventually(taken)


async def roll(place: Place, old: Start, new: Start, *, keep_old: bool = False) -> Rolled:
    """Replace one worker by another while pushes run: SIGTERM to the old, start the new.

    With `keep_old` the old one goes when its own pushes are over.
    """
    await place.emulator.seed(place.company, place.connection, delay=3)
    await place.emulator.fault("slow-body", path=f"{place.company}/*", method="POST", seconds=2)
    first = await old()
    pushes = await _some(place)
    await eventually(lambda: _sent(place))
    if keep_old:
        second = await new()
        pushes += await _some(place) + await _some(place)
        await asyncio.gather(*(push.outcome() for push in pushes[:AT_A_TIME]))
        await first.stop(grace=40)
    else:
        leaving = asyncio.create_task(first.stop(grace=40))
        pushes += await _some(place)
        second = await new()
        pushes += await _some(place)
        await leaving
    ends = await asyncio.gather(*(push.outcome() for push in pushes))
    await second.stop()
    return await _rolled(place, pushes, [end.status for end in ends])


async def _some(place: Place) -> list[Push]:
    return [
        await start_push(
            place.stack.client,
            PushRequest(
                company_id=UUID(place.company),
                connection_id=UUID(place.connection),
                data_type="suppliers",
                data={"supplierName": f"Supplier {uuid4()}", "status": "Active"},
            ),
            task_queue=place.company,
        )
        for _ in range(AT_A_TIME)
    ]


async def _sent(place: Place) -> bool:
    return len(await place.emulator.journal(place.company, "POST")) >= AT_A_TIME - 1


async def _rolled(place: Place, pushes: list[Push], statuses: list[PushStatus]) -> Rolled:
    histories = [(await push.handle.fetch_history()).events for push in pushes]
    return Rolled(
        statuses,
        posts=len(await place.emulator.journal(place.company, "POST")),
        written=len(await place.emulator.ledger(place.connection)),
        attempts={
            event.activity_task_started_event_attributes.attempt
            for events in histories
            for event in events
            if event.HasField("activity_task_started_event_attributes")
        },
        builds=[
            {
                event.workflow_task_completed_event_attributes.deployment_version.build_id
                for event in events
                if event.HasField("workflow_task_completed_event_attributes")
            }
            for events in histories
        ],
    )
