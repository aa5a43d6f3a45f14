"""Codat's report that it has read the accounting software cuts the wait for that short."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from codat.webhooks import Webhooks
from emulator import seeds
from emulator.examples import record
from gateway.webhooks import Receiver
from tests.support.cluster import cluster
from tests.support.eventually import eventually

SECRETS = Webhooks(SecretStr(seeds.WEBHOOK_SECRET))
HOOK = "http://127.0.0.1/webhooks/codat"


@asynccontextmanager
async def waiting(devserver, monkeypatch):
    """Let a push wait for a refresh that takes a minute, and ask again after an hour only."""
    monkeypatch.setattr("workflows.steps.refresh.FIRST_PAUSE", timedelta(hours=1))
    receiver = Receiver(devserver.client, SECRETS)
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    async with (
        cluster(devserver, webhooks_through=through) as here,
        here.codat.client() as codat,
    ):
        answer = await codat.post("/webhooks", json={"url": HOOK, "eventTypes": ["read.completed"]})
        assert answer.is_success, answer.text
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=60)
        data = record("suppliers", f"-{uuid4().hex[:8]}")
        push = await here.push(data_type="suppliers", data=data, read_back=True)
        await eventually(lambda: _waits_for_data(push))
        await eventually(lambda: _is_listed(push))
        yield here, push, receiver.counts


async def _waits_for_data(push):
    progress = await push.progress()
    return "Codat has read" in ((progress and progress.waiting_for) or "")


async def _is_listed(push):
    query = f'WorkflowId="{push.workflow_id}" AND ExecutionStatus="Running"'
    return bool([run async for run in push.client.list_workflows(query)])


async def test_a_push_that_waits_for_a_refresh_is_told(devserver, monkeypatch):
    async with waiting(devserver, monkeypatch) as (here, push, counts):
        here.codat.advance(61)
        outcome = await asyncio.wait_for(push.outcome(), 30)

    assert ("Success", []) == (outcome.status, outcome.changed_by_platform)
    assert Counter({"data read": 1}) == counts


@pytest.mark.parametrize(
    ("connection", "data_type"), [(seeds.PROMPT, "customers"), (seeds.SLOW, "suppliers")]
)
async def test_a_report_of_another_place_tells_nobody(
    devserver, monkeypatch, connection, data_type
):
    async with waiting(devserver, monkeypatch) as (here, push, counts):
        here.codat.connection(connection).set(refresh_seconds=0)
        here.codat.connection(connection).refresh(data_type)
        here.codat.advance(1)
        await eventually(lambda: _came(counts))
        is_waiting = await _waits_for_data(push)
        await push.handle.terminate("test")

    assert is_waiting
    assert Counter({"nobody waits": 1}) == counts


async def _came(counts):
    return bool(counts)
