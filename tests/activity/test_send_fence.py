"""Who may send, and until when."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities import push
from activities.models import PushPolicy
from activities.send_fence import SendFence
from tests.support.activity_environment import RUN, Workbench, workbench
from tests.support.clocks import wall_clock_off


async def not_sent(bench: Workbench, **fields) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await bench.push(**fields)
    return caught.value


async def test_the_run_that_asked_sends():
    async with workbench() as bench:
        await bench.push(info={"workflow_run_id": RUN, "attempt": 1})

        assert 1 == len(bench.codat.journal(method="POST"))


@pytest.mark.parametrize(
    ("info", "kind"),
    [
        ({"workflow_run_id": "run-2"}, "NotSent"),
        ({"attempt": 2}, "ActivityRedelivered"),
        ({"current_attempt_scheduled_time": datetime.now(UTC)}, "ActivityRedelivered"),
    ],
    ids=["another run", "a second attempt", "a reset attempt"],
)
async def test_another_run_or_another_hand_out_sends_nothing(info, kind):
    async with workbench() as bench:
        failure = await not_sent(bench, info=info)

        assert [] == bench.journal
    assert (kind, True) == (failure.type, failure.non_retryable)


@pytest.mark.parametrize("skew", [timedelta(minutes=-12), timedelta(seconds=25)], ids=str)
async def test_a_wrong_wall_clock_holds_nothing_back(skew):
    async with workbench() as bench:
        with wall_clock_off(skew):
            await bench.push()

        assert 1 == len(bench.journal)


@pytest.mark.parametrize("skew", [timedelta(minutes=-12), timedelta(minutes=12)], ids=str)
async def test_a_key_that_is_too_old_by_the_servers_clock_is_not_sent(skew):
    started = datetime.now(UTC)
    async with workbench() as bench:
        with wall_clock_off(skew):
            await not_sent(bench, not_after=started, info={"started_time": started})

        assert [] == bench.journal


@pytest.mark.parametrize(("left", "is_sent"), [(5, True), (0, False), (-5, False)])
async def test_a_key_that_is_too_old_is_not_sent(left, is_sent):
    not_after = datetime.now(UTC) + timedelta(seconds=left)
    async with workbench() as bench:
        if is_sent:
            await bench.push(not_after=not_after)
        else:
            await not_sent(bench, not_after=not_after)

        assert is_sent == bool(bench.journal)


class Sluggish(httpx.AsyncHTTPTransport):
    """Connects slowly, as a network that swallows packets."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.sent = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.seconds)
        trace = request.extensions["trace"]
        await trace("http11.send_request_headers.started", {"request": _Bare})
        self.sent = True
        return httpx.Response(500)


class _Bare:
    method = b"POST"


async def test_a_connection_that_takes_ten_seconds_is_not_used(monkeypatch):
    monkeypatch.setattr(push, "SEND_WITHIN", timedelta(milliseconds=20))
    network = Sluggish(0.04)
    async with workbench(network) as bench:
        failure = await not_sent(bench)

    assert ("NotSent", False) == (failure.type, network.sent)


def test_the_window_to_send_is_ten_seconds():
    assert timedelta(seconds=10) == push.SEND_WITHIN


async def test_an_update_carries_no_key():
    async with workbench() as bench:
        await bench.push(record_id="account-1", idempotency_key=None)
        (request,) = bench.codat.journal(method="PUT")

    assert "idempotency-key" not in {name.lower() for name in request["headers"]}


class Silent:
    """A Temporal that answers a description with an error."""

    def __init__(self, status: RPCStatusCode) -> None:
        self.status = status

    async def describe_workflow_execution(self, *_, **__) -> None:
        raise RPCError("no", self.status, b"")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (RPCStatusCode.NOT_FOUND, "The run that asked for this request is gone."),
        (RPCStatusCode.UNAVAILABLE, "Temporal does not say whether this request is still wanted."),
    ],
)
async def test_without_temporals_word_nothing_is_sent(status, said):
    client = cast("Client", SimpleNamespace(namespace="n", workflow_service=Silent(status)))
    async with workbench() as bench:
        bench.activities = push.PushActivities(
            bench.client, PushPolicy(), [SendFence(client).check]
        )
        failure = await not_sent(bench)

        assert [] == bench.journal
    assert ("NotSent", said) == (failure.type, failure.message)
