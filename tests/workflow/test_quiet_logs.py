"""A workflow task that fails is told in the log, and what it failed with is not."""

import io
import json
import logging
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from dispatch.process.logs import JsonLines
from dispatch.process.telemetry import TelemetrySettings, runtime_of
from tests.support.eventually import eventually

RECORD = "Mill and Sons"


@workflow.defn(name="clumsy")
class Clumsy:
    """Trips over its record, as a wrong deploy does."""

    @workflow.run
    async def run(self, record: str) -> None:
        """Quote it in an error."""
        int(record)


@pytest.fixture(name="lines")
def _lines():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("temporalio")
    logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logger.removeHandler(handler)


async def test_a_failed_task_names_its_push_and_quotes_no_record(devserver, lines):
    runtime = runtime_of(TelemetrySettings.model_validate({"log_format": "json"}))
    address = devserver.client.service_client.config.target_host
    client = await Client.connect(address, runtime=runtime)
    push, queue = uuid4(), f"clumsy-{uuid4()}"
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=queue, workflows=[Clumsy], workflow_runner=runner):
        handle = await client.start_workflow(
            Clumsy.run, RECORD, id=f"push-{push}", task_queue=queue
        )

        async def told():
            loggers = {line["logger"].partition("-")[2] for line in lines()}
            return len(lines()) if any("sdk_core" in one for one in loggers) else None

        await eventually(told)
        await handle.terminate()

    assert str(push) in {line.get("push") for line in lines()}
    assert RECORD not in json.dumps(lines())
