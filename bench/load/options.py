"""How fast option documents convert and judge records, and what they add to a push's history.

`python -m bench.load.options`; the published documents lie beside the repository, else our own do.
"""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
from temporalio.testing import WorkflowEnvironment

from activities.models import PushPolicy
from codat.client import CodatClient
from codat.settings import CodatSettings
from codat.validation.schema import json_schema
from codat.validation.validate import validate_record
from codat.validation.validator import compile_schema
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import start_push
from stack.process import ROOT
from worker import build_worker
from workflows.models import PushRequest

PUBLISHED = ROOT.parent / "shared" / "codat" / "options"


def seconds(work: Callable[[], object], rounds: int = 7) -> float:
    """Return the median time of a piece of work."""
    times: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def text(name: str, limit: int = 0, **more: object) -> dict[str, object]:
    """Build a text field of an option document."""
    rules = [{"details": f"Max length of {limit} characters."}] if limit else []
    return {
        "type": "String",
        "displayName": name,
        "required": not limit,
        "validation": {"warnings": rules, "information": []},
        **more,
    }


def bill_options(choices: int) -> dict[str, object]:
    """Build a document whose lines name one of so many accounts."""
    accounts = [
        {"value": f"acc-{n}", "type": "String", "displayName": f"{n} Account", "required": False}
        for n in range(choices)
    ]
    number = {"type": "Number", "displayName": "Amount", "required": True}
    account = {"type": "Object", "displayName": "Account", "required": True}
    line = {
        "description": text("Description", 4000),
        "note": text("Note", 50),
        "quantity": number,
        "unitAmount": number,
        "taxAmount": number,
        "totalAmount": number,
        "accountRef": account | {"properties": {"id": text("Id", options=accounts)}},
        "taxRateRef": account | {"properties": {"id": text("Id", 40)}},
    }
    lines = {"type": "Array", "displayName": "Lines", "required": True, "properties": line}
    return {
        "type": "Object",
        "displayName": "Bill",
        "required": True,
        "properties": {"reference": text("Reference", 21), "lineItems": lines},
    }


def bill(lines: int, choices: int) -> dict[str, object]:
    """Build a record with so many lines, the last account first."""
    return {
        "reference": "INV-1",
        "lineItems": [
            {
                "description": "Carriage",
                "note": "A line",
                "quantity": 2,
                "unitAmount": 12.5,
                "taxAmount": 5,
                "totalAmount": 30,
                "accountRef": {"id": f"acc-{choices - 1 - n}", "name": "unlisted"},
                "taxRateRef": {"id": "INPUT2"},
            }
            for n in range(lines)
        ],
    }


def platform(choices: int) -> httpx.MockTransport:
    """Answer as Codat does: options of that size, and a push that succeeds at once."""
    options = json.dumps(bill_options(choices))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, text=options)
        operation = {"pushOperationKey": str(uuid4()), "status": "Success", "statusCode": 200}
        moment = {"requestedOnUtc": "2026-11-22T00:00:00Z", "dataType": "bills", "changes": []}
        return httpx.Response(200, json=operation | moment)

    return httpx.MockTransport(answer)


async def history(environment: WorkflowEnvironment, choices: int) -> tuple[int, int]:
    """Push once; return the bytes of its history, and those of fetching the options."""
    settings = CodatSettings.model_validate({"api_key": "bench"})
    request = PushRequest.model_validate(
        {"company_id": uuid4(), "connection_id": uuid4(), "data_type": "bills"}
        | {"data": bill(2, choices), "idempotency_key": "bench"}
    )
    async with (
        CodatClient(settings, transport=platform(choices)) as codat,
        build_worker(environment.client, codat, PushPolicy()),
    ):
        push = await start_push(environment.client, request, task_queue="push")
        await push.outcome()
    events = [event async for event in push.handle.fetch_history_events()]
    asked = [
        event.event_id
        for event in events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "fetch-options"
    ]
    fetched = [
        event
        for event in events
        if event.event_id in asked
        or event.activity_task_started_event_attributes.scheduled_event_id in asked
        or event.activity_task_completed_event_attributes.scheduled_event_id in asked
    ]
    return sum(each.ByteSize() for each in events), sum(each.ByteSize() for each in fetched)


async def histories() -> None:
    """Print what options of several sizes add to a push's history."""
    path = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=path, data_converter=CONVERTER
    ) as environment:
        await register_search_attributes(environment.client)
        for choices in (10, 5_000, 100_000):
            whole, fetched = await history(environment, choices)
            document = len(json.dumps(bill_options(choices)))
            print(
                f"options of {document:,} bytes add {fetched:,} bytes to a history "
                f"of {whole:,} (bound 2,048)"
            )


def main() -> None:
    """Print the figures."""
    files = sorted(PUBLISHED.glob("*.json"))
    documents = [json.loads(path.read_text()) for path in files] or [bill_options(200)] * 84
    whose = "published" if files else "our own"
    took = seconds(lambda: [json_schema(document) for document in documents])
    print(f"{len(documents)} {whose} documents to JSON Schema: {took:.2f} s (bound 2 s)")

    document, record = bill_options(5_000), bill(200, 5_000)
    print(f"5,000 choices: compiled in {1000 * seconds(lambda: compile_schema(document)):.0f} ms")
    checker = compile_schema(document)
    took = 1000 * seconds(lambda: validate_record(checker, record), 21)
    print(f"200 lines against 5,000 choices: judged in {took:.1f} ms (bound 50 ms)")
    took = 1000 * seconds(lambda: validate_record(checker, bill(200, 10_000)), 21)
    print(f"the same with 200 unknown accounts: {took:.1f} ms")
    asyncio.run(histories())


if __name__ == "__main__":
    main()
