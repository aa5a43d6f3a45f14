import asyncio
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from codat.settings import SettingsError
from dispatch.process import health
from dispatch.process.health import Readiness, serving_health, watching
from tests.support.eventually import eventually
from tests.support.health import ask


class Server:
    """A Temporal that answers or does not."""

    is_there = True
    asked = 0
    refuses = RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")

    async def get_system_info(self, *_: Any, **__: Any) -> None:
        self.asked += 1
        if not self.is_there:
            raise self.refuses

    @property
    def client(self) -> Client:
        return cast("Client", SimpleNamespace(workflow_service=self))


async def asked(server, times):
    return server.asked >= times


async def test_a_process_that_lives_and_can_work_says_both():
    async with serving_health("127.0.0.1:0", Readiness(Server().client)) as port:
        assert (200, {"status": "ok"}) == await ask(port, "/health")
        assert (200, {"status": "ready"}) == await ask(port, "/ready")


async def test_without_temporal_it_lives_but_is_not_ready():
    server = Server()
    server.is_there = False
    async with serving_health("127.0.0.1:0", Readiness(server.client)) as port:
        status, told = await ask(port, "/ready")

        assert (503, "Temporal does not answer (UNAVAILABLE).") == (status, told["why"])
        assert (200, {"status": "ok"}) == await ask(port, "/health")


async def test_an_expired_key_and_the_recovery_are_logged_once_each(monkeypatch, caplog):
    monkeypatch.setattr(health, "KEEP", 0)
    server = Server()
    server.refuses = RPCError("The token has expired.", RPCStatusCode.UNAUTHENTICATED, b"")

    with caplog.at_level("INFO", "surepush.health"):
        async with watching(Readiness(server.client), every=0.001):
            for is_there in (False, True):
                server.is_there, before, known = is_there, server.asked, len(caplog.messages)
                await eventually(partial(asked, server, before + 3))
                assert known + 1 == len(caplog.messages)

    gone, back = caplog.messages
    assert gone.startswith("Temporal does not let us in (The token has expired). Set TEMPORAL_API")
    assert "Temporal answers again" == back


async def test_a_process_that_stops_is_not_ready():
    readiness = Readiness(Server().client)
    readiness.stop()

    assert "It is stopping." == await readiness.trouble()


async def test_many_questions_cost_the_server_one():
    server = Server()
    readiness = Readiness(server.client)
    for _ in range(20):
        await readiness.trouble()

    assert server.asked == 1


@pytest.mark.parametrize("sent", [b"", b"GET /health", b"x" * 20_000])
async def test_a_visitor_who_sends_nonsense_is_hung_up_on(monkeypatch, sent):
    monkeypatch.setattr(health, "READ_WITHIN", 0.1)
    async with serving_health("127.0.0.1:0", Readiness(Server().client)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        try:
            assert await reader.read() == b""
        except ConnectionResetError:
            pass  # what was not read resets the connection
        finally:
            writer.close()
        assert (200, {"status": "ok"}) == await ask(port, "/health")


async def test_an_address_that_is_taken_is_named():
    readiness = Readiness(Server().client)
    async with serving_health("127.0.0.1:0", readiness) as port:
        with pytest.raises(SettingsError, match="PUSH_HEALTH_ADDRESS is wrong"):
            async with serving_health(f"127.0.0.1:{port}", readiness):
                pass
