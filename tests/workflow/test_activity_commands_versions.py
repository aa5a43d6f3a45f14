"""A request that an operator has handed out again while a new version of the workers takes over."""

from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from activities.models import Idempotency, PushPolicy
from codat.client import CodatClient
from codat.settings import CodatSettings
from dispatch.process.worker_settings import WorkerSettings, options_of
from dispatch.pushes import start_push
from emulator import Emulator
from tests.support.activity_commands import ActivityCommands
from tests.support.cluster import a_request
from tests.support.protocol import MODES
from tests.support.rolling_update import make_current
from worker import build_worker

each_way = pytest.mark.parametrize("way", ["auto-upgrade", "pinned"])


@pytest.fixture(name="paused_by")
def _paused_by(monkeypatch):
    """The first request is carried out, is paused meanwhile, and fails as nobody foresaw."""
    push, operators = CodatClient.push, []

    async def failing(self, *given, **named):
        told = await push(self, *given, **named)
        if operators:
            await operators.pop()()
            raise RuntimeError("a test")
        return told

    monkeypatch.setattr(CodatClient, "push", failing)
    return operators


@each_way
@pytest.mark.parametrize("mode", MODES)
async def test_no_version_sends_again_what_another_has_sent(devserver, mode, way, paused_by):
    queue = f"push-{uuid4()}"
    policy = PushPolicy(
        poll_first=timedelta(),
        find_for=timedelta(),
        list_lag=timedelta(),
        idempotency=Idempotency(mode),
    )
    async with Emulator(impatient=True) as codat:
        codat.settings(rules="off", idempotency=mode, echo_data=True)
        known = CodatSettings.model_validate({"api_key": codat.api_key, "base_url": codat.base_url})

        @asynccontextmanager
        async def version(build):
            settings = WorkerSettings(build_id=build, deployment_name=queue, versioning=way)
            async with (
                CodatClient(known, transport=codat.transport) as client,
                build_worker(
                    devserver.client,
                    client,
                    policy,
                    task_queue=queue,
                    options=options_of(settings),
                ),
            ):
                await make_current(devserver.client, queue, build)
                yield

        async with version("1"):
            push = await start_push(devserver.client, a_request(), task_queue=queue)
            commands = ActivityCommands(push, "push")
            paused_by.append(commands.pause)
            await commands.pends_again()
            async with version("2"):
                await commands.unpause()
                outcome = await push.outcome()
        records = codat.ledger()

    assert ("Success", 1) == (outcome.status, len(records))
