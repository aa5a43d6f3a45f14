"""The ways an update can go that are recorded; see `record_histories`."""

from dataclasses import dataclass

from temporalio.client import Client, WorkflowExecutionDescription

from dispatch.pushes import Push
from emulator import seeds
from tests.support.cluster import Cluster
from tests.support.eventually import eventually

UPDATE = {
    "record_id": "supplier-1",
    "data_type": "suppliers",
    "connection_id": seeds.PROMPT,
    "validation": "off",
}


@dataclass(frozen=True)
class Line:
    """The workflow that gives the updates of a record their turns."""

    client: Client
    workflow_id: str

    async def describe(self) -> WorkflowExecutionDescription:
        return await self.client.get_workflow_handle(self.workflow_id).describe()


async def updated(here: Cluster) -> Push:
    return await here.push(**UPDATE, data={"supplierName": "Mill"})


async def waited(here: Cluster) -> Push:
    return await _behind_an_older(here, "supplier-2")


async def line(here: Cluster) -> Line:
    """It is the child of the first update, and is joined by another."""
    await (await _behind_an_older(here, "supplier-3")).outcome()
    query = f'WorkflowType = "push-turn" AND TaskQueue = "{here.task_queue}"'
    runs = [run async for run in here.client.list_workflows(query)]
    return Line(here.client, max(runs, key=lambda run: run.start_time).id)


async def _behind_an_older(here: Cluster, record_id: str) -> Push:
    """Give an update that waits for an older one of the same record."""
    here.codat.connection(seeds.PROMPT).set(delay=3)
    fields = UPDATE | {"record_id": record_id}
    await here.push(**fields, data={"supplierName": "Mill"})
    await here.codat.arrival(method="PUT")
    push = await here.push(**fields, data={"supplierName": "Mill and Sons"})
    await eventually(lambda: _is_in_line(push))
    return push


async def _is_in_line(push: Push) -> bool:
    progress = await push.progress()
    return progress is not None and progress.stage == "wait-for-turn"


UPDATE_WAYS = {"updated": updated, "waited": waited, "line": line}
