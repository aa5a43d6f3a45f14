"""Codat's reports reach the push they are about, and harm nothing else."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.models import PushPolicy
from codat.webhooks import Webhooks, signing_key
from emulator import seeds
from gateway import webhooks as receiving
from gateway.webhooks import Receiver
from tests.support.clocks import wall_clock_off
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from workflows.attributes import PUSH_OPERATION_KEY

PATIENT = PushPolicy(poll_first=timedelta(minutes=30), find_for=timedelta(seconds=3))
SECRETS = Webhooks(SecretStr(seeds.WEBHOOK_SECRET), SecretStr(seeds.RULE_HEADER))
SIGNALED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
HOOK = "http://127.0.0.1/webhooks/codat"


@asynccontextmanager
async def reporting(
    environment: WorkflowEnvironment, kind: str = "webhooks", **settings: Any
) -> AsyncIterator[tuple[Cluster, Counter[str]]]:
    """Run a house that looks only when a report says so."""
    receiver = Receiver(environment.client, SECRETS)
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    async with (
        cluster(environment, policy=PATIENT, webhooks_through=through, **settings) as here,
        here.codat.client() as codat,
    ):
        rule = {"type": "Push Operation Status Changed", "notifiers": {"webhook": HOOK}}
        consumer = {"url": HOOK, "eventTypes": ["chartOfAccounts.write.*"]}
        answer = await codat.post(f"/{kind}", json=consumer if kind == "webhooks" else rule)
        assert answer.is_success, answer.text
        yield here, receiver.counts


def reads(here: Cluster) -> int:
    return len([one for one in here.codat.journal() if one["did"] == "read operation"])


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("webhooks", {}), ("rules", {}), ("rules", {"rule_keys": "camel"})],
)
async def test_a_report_ends_the_wait(devserver, kind, settings):
    async with reporting(devserver, kind, **settings) as (here, counts):
        outcome = await asyncio.wait_for(here.end(), 30)

        assert ("Success", 1) == (outcome.status, reads(here))
    assert counts["hinted"] >= 1


async def test_a_report_of_a_failure_is_read_before_it_is_believed(devserver):
    async with reporting(devserver) as (here, _):
        outcome = await asyncio.wait_for(here.end(connection_id=seeds.REFUSING), 30)

    assert "Failed" == outcome.status
    assert "The period is closed for posting." in outcome.message


async def test_a_report_before_the_answer_to_the_post_comes_again(devserver, monkeypatch):
    monkeypatch.setattr(receiving, "COME_AGAIN", {"Retry-After": "0"})
    async with reporting(devserver) as (here, counts):
        here.codat.fault("webhook-before-answer", method="POST")
        push = await here.push()
        while not counts["hinted"]:
            here.codat.advance(30)
            await here.codat.catch_up()
            await asyncio.sleep(0.05)
        outcome = await asyncio.wait_for(push.outcome(), 30)

    assert "Success" == outcome.status


@pytest.mark.parametrize(
    ("fault", "given"), [("webhook-twice", {}), ("webhook-late", {"seconds": 0.3})]
)
async def test_reports_that_come_twice_or_late_do_no_harm(devserver, fault, given):
    async with reporting(devserver) as (here, _):
        here.codat.fault(fault, **given)
        outcome = await asyncio.wait_for(here.end(), 30)

        assert 1 == len(here.records)
    assert "Success" == outcome.status


@pytest.mark.parametrize(("ids", "hints"), [(("a", "a", "a"), 1), (("b", "c"), 2)])
async def test_a_signed_report_hints_once_however_often_it_is_sent(devserver, ids, hints):
    async with cluster(devserver, policy=PATIENT) as here:
        push = await here.push(connection_id=seeds.OFFLINE)
        receiver = Receiver(devserver.client, SECRETS)

        async def operation():
            return (await push.describe()).typed_search_attributes.get(PUSH_OPERATION_KEY, "")

        await eventually(operation)
        key = await operation()
        through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
        async with httpx.AsyncClient(transport=through) as codat:
            for message in ids:
                await eventually(lambda: listed(devserver.client, key))
                answer = await codat.post(HOOK, **signed(message, key))
                assert 200 == answer.status_code
        events = [one async for one in push.handle.fetch_history_events()]

    heard = [one for one in events if one.event_type == SIGNALED]
    assert hints == len(heard) == receiver.counts["hinted"]
    assert len(ids) - hints == receiver.counts["repeated"]


def signed(message: str, operation: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    payload = {"id": operation, "requestedOnDate": now.isoformat()}
    body = json.dumps({"eventType": "bills.write.successful", "payload": payload})
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signing_key(seeds.WEBHOOK_SECRET).sign(message, now, body),
    }
    return {"content": body, "headers": headers}


async def listed(client: Client, operation: str) -> bool:
    query = f'PushOperationKey="{operation}"'
    return bool([one async for one in client.list_workflows(query)])


async def post(client: Any, headers: dict[str, str] | None = None, **data: Any) -> httpx.Response:
    """Send a report of the older kind to a receiver of its own."""
    receiver = Receiver(client, SECRETS)
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    async with httpx.AsyncClient(transport=through) as sender:
        known = headers or {"Authorization": seeds.RULE_HEADER}
        return await sender.post(HOOK, json={"Data": data}, headers=known)


async def test_a_forged_report_is_refused(devserver):
    answer = await post(devserver.client, {"Authorization": "x"}, pushOperationKey=str(uuid4()))

    assert 401 == answer.status_code


async def test_a_report_about_something_else_is_taken(devserver):
    assert 200 == (await post(devserver.client, other=1)).status_code


async def test_an_unknown_operation_is_too_early_until_it_has_settled(devserver, monkeypatch):
    receiver = Receiver(devserver.client, SECRETS)
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    headers = {"Authorization": seeds.RULE_HEADER}
    body = {"Data": {"pushOperationKey": str(uuid4())}}
    async with httpx.AsyncClient(transport=through) as codat:
        first = await codat.post(HOOK, json=body, headers=headers)
        monkeypatch.setattr(receiving, "SETTLED", timedelta(0))
        second = await codat.post(HOOK, json=body, headers=headers)
        counts = (await codat.get(HOOK)).json()

    assert (503, 200) == (first.status_code, second.status_code)
    assert {"too early": 1, "unknown": 1} == counts


@pytest.mark.parametrize("minutes", [-12, 0, 12])
@pytest.mark.parametrize(("age", "status"), [(110, 503), (130, 200)])
async def test_an_unknown_operation_is_as_old_as_codats_clock_says(devserver, age, status, minutes):
    sent = datetime.now(UTC)
    requested = sent - timedelta(seconds=age)
    event = {
        "eventType": "bills.write.successful",
        "payload": {"id": str(uuid4()), "requestedOnDate": requested.isoformat()},
    }

    class Signed(Webhooks):
        def _check_signature(self, body, headers):
            pass

    receiver = Receiver(devserver.client, Signed())
    through = httpx.ASGITransport(Starlette(routes=receiver.routes()))
    headers = {"Webhook-Signature": "x", "Webhook-Timestamp": str(int(sent.timestamp()))}
    async with httpx.AsyncClient(transport=through) as codat:
        with wall_clock_off(timedelta(minutes=minutes)):
            answer = await codat.post(HOOK, json=event, headers=headers)

    assert status == answer.status_code
