"""PUSH_TASK_TIMEOUT, as the server has it of a push that a process of ours starts."""

import pytest

from dispatch.connection import connect
from dispatch.pushes import start_push
from tests.support.cluster import a_request


@pytest.mark.parametrize(("written", "seconds"), [(None, 10), ("", 10), ("42", 42)])
async def test_a_push_gives_its_worker_the_time_that_is_set(
    devserver, monkeypatch, written, seconds
):
    monkeypatch.setenv("TEMPORAL_ADDRESS", devserver.client.service_client.config.target_host)
    if written is not None:
        monkeypatch.setenv("PUSH_TASK_TIMEOUT", written)
    push = await start_push(await connect(), a_request(), task_queue="nobody's")
    described = await push.describe()
    config = described.raw_description.execution_config
    await push.handle.terminate()

    assert seconds == config.default_workflow_task_timeout.ToTimedelta().total_seconds()
