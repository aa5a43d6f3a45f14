"""What is silent for ten seconds while it has the software read is given to another worker."""

import asyncio
from datetime import timedelta

import httpx
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.heartbeat import EVERY, HEARTBEAT
from activities.refresh import RefreshActivities
from activities.refresh_models import RefreshData
from codat.client import CodatClient
from codat.settings import CodatSettings
from tests.support.codat_reads import PULL, Recorder, target


async def test_a_slow_refresh_gives_signs_of_life(monkeypatch):
    monkeypatch.setattr("activities.heartbeat.EVERY", timedelta())
    alive, environment = asyncio.Event(), ActivityEnvironment()
    environment.on_heartbeat = lambda *_: alive.set()

    async def answer_when_alive(request):
        await alive.wait()
        return Recorder(PULL)(request)

    settings = CodatSettings.model_validate({"api_key": SecretStr("a-key")})
    async with CodatClient(settings, transport=httpx.MockTransport(answer_when_alive)) as codat:
        refresh = RefreshActivities(codat).refresh_data
        async with asyncio.timeout(20):
            result = await environment.run(refresh, RefreshData(target=target()))

    assert result.hindrance is None


def test_two_signs_of_life_may_be_lost():
    assert 3 * EVERY < HEARTBEAT
