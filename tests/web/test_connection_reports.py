"""Codat's reports of connections hold and release them; old ones and repeated ones do no harm."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette

from activities.holds import Hold, read_holds
from codat.quota import DailyQuota
from codat.webhooks import Webhooks
from dispatch.holds import ask_to_hold
from dispatch.quota_reports import QuotaReports, publish_quota, watching_quota
from emulator import seeds
from gateway.client_reports import ClientReports
from gateway.webhooks import Receiver
from tests.support.cluster import cluster
from tests.support.eventually import eventually

SECRET = seeds.WEBHOOK_SECRET
CONNECTION = UUID(seeds.PROMPT)
NOW = datetime.now(UTC)


class Reported:
    """A front door that is sent reports, and what it made of them."""

    def __init__(self, client, task_queue):
        self.client, self.company = client, uuid4()
        self.quotas: list[DailyQuota] = []
        reports = ClientReports(client, task_queue=task_queue, tell_quota=self.quotas.append)
        receiver = Receiver(client, Webhooks(SecretStr(SECRET)), reports=reports)
        self._app = Starlette(routes=receiver.routes())

    async def send(self, kind, payload, generated, sent=None):
        event = {"eventType": kind, "generatedDate": generated.isoformat(), "payload": payload}
        body, at = json.dumps(event), sent or datetime.now(UTC)
        headers = {
            "Webhook-Id": uuid4().hex,
            "Webhook-Timestamp": str(int(at.timestamp())),
            "Webhook-Signature": Webhook(SECRET).sign("x", at, body),
        }
        headers["Webhook-Signature"] = Webhook(SECRET).sign(headers["Webhook-Id"], at, body)
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return (await http.post("/webhooks/codat", content=body, headers=headers)).json()[
                "status"
            ]

    async def connection(self, word, generated):
        connection = {"id": str(CONNECTION), "status": "Deauthorized"}
        payload = {"referenceCompany": {"id": str(self.company)}, "connection": connection}
        return await self.send(f"connection.{word}", payload, generated)

    async def held(self, count):
        async def is_so():
            return len(await read_holds(self.client, self.company)) == count

        await eventually(is_so)
        return await read_holds(self.client, self.company)


@pytest.fixture(name="again")
def _again():
    """A second front door's word on the same company, which knows nothing of the first's."""

    def other(one):
        second = Reported(one.client, None)
        second.company = one.company
        return second

    return other


async def test_a_disconnected_connection_is_held_until_it_returns(devserver):
    async with cluster(devserver) as here:
        door = Reported(here.client, here.task_queue)
        lost = datetime.now(UTC) - timedelta(seconds=5)
        assert "held" == await door.connection("disconnected", lost)
        (hold,) = await door.held(1)
        assert (CONNECTION, None) == hold.scope
        assert "disconnected (Deauthorized)" in hold.reason

        assert "held before" == await door.connection("disconnected", lost)
        assert "released" == await door.connection("reconnected", datetime.now(UTC))
        await door.held(0)


async def test_reports_that_come_again_change_nothing(devserver, again):
    async with cluster(devserver) as here:
        door = Reported(here.client, here.task_queue)
        ago = [datetime.now(UTC) - timedelta(days=days) for days in (14, 13)]
        assert "out of date" == await door.connection("disconnected", ago[0])
        await door.connection("disconnected", datetime.now(UTC) - timedelta(seconds=2))
        await door.held(1)

        assert "out of date" == await door.connection("reconnected", ago[1])
        other = again(door)
        for _ in range(2):
            assert "out of date" == await other.connection("reconnected", ago[1])
        assert "released" == await door.connection("reconnected", datetime.now(UTC))
        await door.held(0)
        assert "out of date" == await door.connection("disconnected", ago[1])
        assert [] == await read_holds(here.client, door.company)


async def test_an_operators_hold_is_left_alone(devserver):
    async with cluster(devserver) as here:
        door = Reported(here.client, here.task_queue)
        hold = Hold(connection_id=CONNECTION, reason="Audit", by="Ann", since=datetime.now(UTC))
        await ask_to_hold(here.client, door.company, hold, task_queue=here.task_queue)
        await door.held(1)

        assert "held before" == await door.connection("disconnected", datetime.now(UTC))
        assert "not held" == await door.connection("reconnected", datetime.now(UTC))
        assert ["Ann"] == [one.by for one in await door.held(1)]


async def test_a_report_of_the_quota_is_noted_once_and_while_it_holds(devserver):
    door = Reported(devserver.client, None)
    now = datetime.now(UTC)
    expiry = (now + timedelta(hours=2)).isoformat()
    spent = {"dailyQuota": 12_000, "quotaRemaining": 0, "expiryDate": expiry}
    assert "quota noted" == await door.send("client.rateLimit.reached", spent, now)
    (quota,) = door.quotas
    assert (12_000, 0) == (quota.limit, quota.remaining)
    assert timedelta(minutes=119) < quota.until_reset < timedelta(minutes=121)

    old = now - timedelta(days=14)
    assert "out of date" == await door.send("client.rateLimit.reached", spent, old)
    assert 1 == len(door.quotas)


async def test_workers_hear_the_last_report_of_the_quota_once(devserver):
    door, worker = Reported(devserver.client, None), QuotaReports(devserver.client)
    now = datetime.now(UTC)
    expiry = (now + timedelta(hours=2)).isoformat()
    for remaining in (7, 0):
        left = {"dailyQuota": 12_000, "quotaRemaining": remaining, "expiryDate": expiry}
        at = now + timedelta(seconds=-remaining)
        assert "quota noted" == await door.send("client.rateLimit.reached", left, at)
    heard = await worker.new()
    assert heard
    assert heard.until_reset
    assert (12_000, 0) == (heard.limit, heard.remaining)
    assert timedelta(minutes=119) < heard.until_reset < timedelta(minutes=121)
    assert await worker.new() is None

    full = {"dailyQuota": 12_000, "quotaRemaining": 12_000}
    await door.send("client.rateLimit.reset", full, datetime.now(UTC))
    heard = await worker.new()
    assert heard
    assert 12_000 == heard.remaining


async def test_a_process_notes_what_it_hears(devserver):
    noted = []
    async with watching_quota(devserver.client, noted.append, timedelta(seconds=0.05)):
        await publish_quota(devserver.client, DailyQuota(500, 3, timedelta(hours=1)))

        async def has_noted():
            return 3 in [quota.remaining for quota in noted]

        await eventually(has_noted)


@pytest.mark.parametrize("payload", [{}, {"connection": 7}, {"referenceCompany": {"id": "x"}}, []])
async def test_a_report_that_names_no_connection_changes_nothing(devserver, payload):
    door = Reported(devserver.client, None)

    assert "about something else" == await door.send("connection.disconnected", payload, NOW)
