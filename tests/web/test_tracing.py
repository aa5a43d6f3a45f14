"""One trace from a request at the front door to Codat's answer, and what must not be in it."""

import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from codat.client import CodatClient
from codat.observer import ignore
from codat.settings import CodatSettings
from codat.validation.cache import OptionsCache
from dispatch.payloads.converter import CONVERTER
from dispatch.process.sandbox import RUNNER
from dispatch.process.spans import Discreet
from dispatch.process.tracing import interceptors_of, observed
from dispatch.pushes import Push
from emulator import Emulator, seeds
from gateway.app import build_app
from gateway.dependencies import Dependencies
from gateway.settings import GatewaySettings
from tests.support.cluster import QUICK
from tests.support.front_door import BASE
from worker import build_worker
from workflows.push import PushWorkflow

PATH = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/suppliers"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
POST = "POST /companies/{companyId}/connections/{connectionId}/push/{dataType}"
ACCEPTED = {"supplierName": "Mill and Sons", "status": "Active"}
REFUSED = {"supplierName": "Mill and Sons", "status": "Wrongful"}
WORDS = ("Mill", "Wrongful", "supplierName")
HISTORIES = Path(__file__).parents[1] / "replay" / "histories"


class Watched:
    """Spans as they would leave a process."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(Discreet(self.exporter)))
        self.tracer = self.provider.get_tracer("surepush")
        self.accepted: Any = None
        self.refused: Any = None

    @property
    def spans(self):
        return self.exporter.get_finished_spans()


@asynccontextmanager
async def a_door(server, tracer):
    config = server.config()
    config["interceptors"] = interceptors_of(tracer)
    client, queue = Client(**config), f"push-{uuid4()}"
    async with Emulator(impatient=True) as emulator:
        known = CodatSettings.model_validate(
            {"api_key": emulator.api_key, "base_url": emulator.base_url}
        )
        on_request = observed(ignore, tracer)
        async with (
            CodatClient(known, transport=emulator.transport, on_request=on_request) as codat,
            build_worker(client, codat, QUICK, task_queue=queue),
        ):
            parts = Dependencies(
                client, OptionsCache(codat), GatewaySettings(), queue, tracer=tracer
            )
            transport = httpx.ASGITransport(build_app(parts))
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
                yield http, client


async def pushed(door, record):
    http, client = door
    answer = await http.post(PATH, json=record, headers={"traceparent": CALLER})
    push = Push(client, UUID(answer.json()["pushOperationKey"]))
    return await push.outcome(), await push.handle.fetch_history()


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="watched")
async def _watched(devserver):
    """The spans of a push that is accepted and of one that is not."""
    watched = Watched()
    async with a_door(devserver.client, watched.tracer) as door:
        watched.accepted = await pushed(door, ACCEPTED)
        watched.refused = await pushed(door, REFUSED)
    return watched


def way_to(watched, name):
    """The names of a span that a worker made and of all above it."""
    by_id = {one.context.span_id: one for one in watched.spans}
    span = next(one for one in watched.spans if (one.name, one.kind) == (name, SpanKind.CLIENT))
    way = []
    while span:
        way.append(span.name)
        span = span.parent and by_id.get(span.parent.span_id)
    return way


def test_one_trace_leads_from_the_request_to_codats_answer(watched):
    assert [POST, "RunActivity:push", "StartActivity:push"] == way_to(watched, POST)[:3]
    assert ["StartWorkflow:push", POST] == way_to(watched, POST)[-2:]


def test_the_trace_is_the_callers(watched):
    assert {int(CALLER.split("-")[1], 16)} == {one.context.trace_id for one in watched.spans}


def test_a_span_says_what_codat_answered(watched):
    told = [dict(one.attributes) for one in watched.spans if one.name == POST]

    assert [200, 200, 200] == [one["http.response.status_code"] for one in told]


def test_no_span_has_anything_of_a_record_or_of_its_error(watched):
    written = "".join(one.to_json() for one in watched.spans)

    assert "exception.type" in written
    assert dict.fromkeys(WORDS, False) == {word: word in written for word in WORDS}


async def test_tracing_adds_no_event_to_a_history(watched, devserver):
    async with a_door(devserver.client, None) as door:
        _, untraced = await pushed(door, ACCEPTED)
    _, traced = watched.accepted

    assert kinds_of_events(untraced) == kinds_of_events(traced)


def kinds_of_events(history):
    """The kinds, not the list: a busy machine checks a record in two activities instead of one."""
    return {one.event_type for one in history.events}


async def test_a_traced_push_is_replayed_without_tracing(watched):
    for _, history in (watched.accepted, watched.refused):
        await replayer(None).replay_workflow(history)


async def test_an_untraced_push_replayed_with_tracing_makes_no_span():
    anew = Watched()
    for path in sorted(HISTORIES.glob("*success*.json")):
        await replayer(anew.tracer).replay_workflow(history_in(path))

    assert () == anew.spans


def replayer(tracer):
    return Replayer(
        workflows=[PushWorkflow],
        data_converter=CONVERTER,
        workflow_runner=RUNNER,
        interceptors=interceptors_of(tracer),
    )


def history_in(path):
    started = json.loads(path.read_text())["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], path.read_text())
