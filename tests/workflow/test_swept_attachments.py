"""Files of pushes stay while Temporal knows the push, and are swept when it has forgotten it."""

from datetime import timedelta
from functools import partial

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from dispatch.forgotten import is_known
from dispatch.payloads.converter import converter
from dispatch.sweep import sweep
from tests.support.eventually import eventually
from tests.support.large_payloads import RING
from tests.support.s3_server import BUCKET, s3_bucket
from tests.workflow.test_attachments import attach, house

NOW = timedelta(seconds=-60)


async def forgotten(client, push):
    """Have Temporal forget a push, as it does when its retention is over."""
    execution = WorkflowExecution(workflow_id=push.workflow_id)
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    )

    async def is_gone():
        return not await is_known(client, push.workflow_id)

    await eventually(is_gone)


async def counts(here, swept, kept):
    """Pieces and what each sweep removes: the first notes the namespace, the last comes late."""
    push = await attach(here)
    outcome = await push.outcome()
    before = [await swept(), await swept(), len(kept(push))]
    await forgotten(here.client, push)
    return outcome.status, before, await swept(), len(kept(push))


async def test_a_directory_is_swept_of_files_of_forgotten_pushes(devserver, tmp_path):
    async with house(devserver, tmp_path) as here:
        swept = partial(sweep, here.client, tmp_path, NOW)
        found = await counts(
            here, swept, lambda push: list(tmp_path.glob(f"*/{push.workflow_id}/*"))
        )

    assert ("Success", [0, 0, 3], 3, 0) == found


async def test_a_bucket_is_swept_of_files_of_forgotten_pushes(devserver, monkeypatch):
    from dispatch.bucket_sweep import sweep_bucket  # noqa: PLC0415, takes a second

    bare = devserver.client
    data_converter = converter(RING, None, BUCKET)
    client = Client(bare.service_client, namespace=bare.namespace, data_converter=data_converter)
    with s3_bucket(monkeypatch) as s3:

        def kept(push):
            found = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
            return [one for one in found if push.workflow_id in one["Key"]]

        async with house(WorkflowEnvironment.from_client(client), None) as here:
            found = await counts(here, partial(sweep_bucket, client, BUCKET, NOW), kept)

    assert ("Success", [0, 0, 3], 3, 0) == found
