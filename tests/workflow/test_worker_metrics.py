"""What a worker counts of its pushes."""

import asyncio

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from emulator import seeds
from tests.support.cluster import cluster
from tests.support.metric_buffer import Measured


async def test_endings_and_waits_are_counted(devserver):
    here = Measured()
    config = devserver.client.service_client.config
    client = await Client.connect(
        config.target_host, data_converter=devserver.client.data_converter, runtime=here.runtime
    )
    async with cluster(WorkflowEnvironment.from_client(client)) as home:
        await asyncio.gather(home.end(), home.end(connection_id=seeds.REFUSING))
    told = {
        (name, labels.get("status") or labels.get("cause"), labels.get("data_type"))
        for name, labels, _ in here.told()
    }

    assert {
        ("push_finished", "Success", "chartOfAccounts"),
        ("push_finished", "Failed", "chartOfAccounts"),
        ("push_to_outcome", "Success", None),
        ("push_to_outcome", "Failed", None),
        ("push_waited", "platform", None),
    } == told
