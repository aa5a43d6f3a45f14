"""What a push of each kind costs: requests to Codat, billed actions, events of its history.

`python -m bench.kinds` starts a dev server and pushes to the emulator, in this process; it takes
half a minute. An update is billed for the turn of its record, too, which is counted with it.
"""

import asyncio
import io
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.models import PushPolicy
from bench.billed_actions import BILLED
from bench.tables import table
from codat.kinds import PushKind
from dispatch.attachments import start_attach
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing
from dispatch.pushes import Push, start_push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster, cluster
from workflows.models import PushRequest

PLACES = {"in the first answer": seeds.SYNCHRONOUS, "before the first look": seeds.PROMPT}
"""When the operation ends, by the connection."""

TURNS = "push-turn"


async def begin(here: Cluster, kind: PushKind, place: str, attachment_id: str | None) -> Push:
    """Start a push of that kind, of a record that is in the books."""
    data_type = "suppliers" if kind.carries_record else "bills"
    fields: dict[str, Any] = {
        "companyId": seeds.COMPANY,
        "connectionId": place,
        "dataType": data_type,
        "idempotencyKey": f"{kind} {place}",
        "kind": kind,
    }
    if kind is not PushKind.CREATE:
        fields["recordId"] = record_id = f"{kind}-1"
        here.codat.connection(place).add_record(data_type, record(data_type), record_id=record_id)
    if kind is PushKind.ATTACH:
        paper = io.BytesIO(b"paper" * 1000)
        return await start_attach(
            here.client, fields, paper, "paper.pdf", task_queue=here.task_queue
        )
    fields |= {"data": record(data_type)} if kind.carries_record else {}
    fields |= {"recordId": "attach-1", "attachmentId": attachment_id} if attachment_id else {}
    request = PushRequest.model_validate(fields)
    return await start_push(here.client, request, task_queue=here.task_queue)


async def actions_and_events(here: Cluster, workflow_id: str) -> tuple[int, int]:
    """Count the billed actions and the events of a workflow."""
    history = await here.client.get_workflow_handle(workflow_id).fetch_history()
    kinds = [event.event_type for event in history.events]
    return sum(kind in BILLED for kind in kinds), len(kinds)


async def cost(here: Cluster, push: Push, before: int) -> tuple[int, int, int]:
    """Count requests, billed actions, those of the record's turn included, and events."""
    actions, events = await actions_and_events(here, push.workflow_id)
    async for event in push.handle.fetch_history_events():
        child = event.start_child_workflow_execution_initiated_event_attributes
        if child.workflow_type.name == TURNS:
            actions += (await actions_and_events(here, child.workflow_id))[0]
    return len(here.codat.journal()) - before, actions, events


async def measure(here: Cluster) -> list[tuple[object, ...]]:
    """Push each kind to each place; a removal takes the file that was attached before."""
    rows: list[tuple[object, ...]] = []
    for words, place in PLACES.items():
        attachment_id: str | None = None
        for kind in PushKind:
            before = len(here.codat.journal())
            push = await begin(here, kind, place, attachment_id)
            outcome = await push.outcome()
            if kind is PushKind.ATTACH:
                attachment_id = outcome.records[0].attachment_id
            rows.append((kind, words, *await cost(here, push, before)))
    return rows


@asynccontextmanager
async def opened(folder: str) -> AsyncGenerator[Cluster]:
    """Start a dev server, a worker and the emulator; files lie in that folder."""
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, dev_server_log_level="error"
    ) as environment:
        bare = environment.client
        await register_search_attributes(bare)
        client = Client(
            bare.service_client,
            namespace=bare.namespace,
            data_converter=converter(KeyRing(), Path(folder)),
        )
        around = WorkflowEnvironment.from_client(client)
        async with cluster(around, policy=PushPolicy()) as here:
            yield here


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(folder) as here:
            rows = await measure(here)
    table("Cost of a push", ("kind", "ends", "requests", "actions", "events"), rows)


if __name__ == "__main__":
    asyncio.run(main())
