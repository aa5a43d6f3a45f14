"""What the front door counts and writes down of its requests."""

import logging
from typing import cast
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route
from temporalio.client import Client

from codat.webhooks import Webhooks
from gateway.middleware.metrics import MetricsMiddleware as Middle
from gateway.webhooks import Receiver
from tests.support.metric_buffer import Measured


async def ask(app, method, path):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        return await http.request(method, path)


def app(here):
    async def answer(_):
        return Response(status_code=202)

    route = Route("/push/{pushOperationKey}", answer)
    return Starlette(
        routes=[route], middleware=[Middleware(Middle, meter=here.runtime.metric_meter)]
    )


async def test_requests_are_counted_by_their_route():
    here = Measured()
    await ask(app(here), "GET", "/push/17")
    await ask(app(here), "BREW", "/coffee/17")

    assert {("GET /push/{pushOperationKey}", "202"), ("other other", "404")} == {
        (labels["route"], labels["status"])
        for name, labels, _ in here.told()
        if name == "gateway_requests"
    }


async def test_a_line_tells_the_route_and_the_push(caplog):
    caplog.set_level(logging.INFO, "surepush.gateway")
    key = str(uuid4())
    await ask(app(Measured()), "GET", f"/push/{key}")
    (record,) = caplog.records

    assert record.getMessage().startswith("GET /push/{pushOperationKey}: 202 in ")
    assert key == record.fields["push"]


async def test_webhooks_are_counted_by_their_verdict():
    here = Measured()
    nobody = cast("Client", None)  # not asked about a forged report
    receiver = Receiver(nobody, Webhooks(), here.runtime.metric_meter)
    await ask(Starlette(routes=receiver.routes()), "POST", "/webhooks/codat")

    assert [("push_webhooks", {"verdict": "refused"}, 1)] == here.told()


async def test_the_front_door_is_ready_while_temporal_answers(door):
    answer = await door.http.get("/ready")

    assert (200, {"status": "ready"}) == (answer.status_code, answer.json())
