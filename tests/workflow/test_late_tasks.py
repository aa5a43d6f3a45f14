"""A task that comes to its worker late: whoever no longer waits for it gets no request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from activities.send_fence import SendFence
from emulator import seeds
from tests.support.protocol import Gate, protocol, written_once
from tests.support.temporal_commands import terminate


@asynccontextmanager
async def late_task() -> AsyncIterator[Gate]:
    """Hold up the first push task before the server is asked whether it is still wanted."""
    gate, check = Gate(), SendFence.check

    async def late(self: SendFence, *given: Any) -> None:
        if gate.reached.is_set():
            return await check(self, *given)
        gate.reached.set()
        try:
            await gate.open.wait()
            await check(self, *given)
        finally:
            gate.passed.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SendFence, "check", late)
        try:
            yield gate
        finally:
            gate.open.set()


async def test_a_task_that_was_given_up_is_not_sent(devserver, monkeypatch):
    monkeypatch.setattr("workflows.steps.send.CALL_TIMEOUT", timedelta(seconds=1))
    async with late_task() as gate, protocol(devserver, "ignored") as here:
        push = await here.push(connection_id=seeds.OFFLINE)
        await here.codat.arrival(method="POST")
        gate.open.set()
        await gate.passed.wait()
        await asyncio.sleep(0.5)  # what is sent all the same arrives within that
        here.codat.connection(seeds.OFFLINE).set(offline=False, delay=0)
        outcome = await push.outcome()

        assert written_once(here, outcome)
        assert 1 == len(here.posts)


async def test_a_task_of_a_run_that_was_ended_is_not_sent(devserver):
    async with late_task() as gate, protocol(devserver) as here:
        push = await here.push()
        await gate.reached.wait()
        await terminate(push)
        gate.open.set()
        await gate.passed.wait()
        await asyncio.sleep(0.5)  # what is sent all the same arrives within that

        assert [] == here.posts
