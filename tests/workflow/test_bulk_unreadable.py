"""One push that can't be read here stops neither a bulk nor a plan nor a list."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from temporalio.client import Client

from codat.models import PushStatus
from dispatch.bulk import UNREADABLE, start_bulk
from dispatch.bulk_plan import make_plan
from dispatch.listing import list_pushes
from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing
from dispatch.payloads.storage import StorageUnavailable
from dispatch.pushes import start_push
from dispatch.retries import retry_push
from dispatch.selection import Selection
from tests.support.cluster import a_request, cluster
from tests.support.eventually import eventually
from workflows.bulk import RETRIED

WRONG = {"data": {"name": "Fuel"}, "validation": "off"}
LARGE = {"data": {"name": "Fuel", "memo": "x" * 300_000}, "validation": "off"}
RING = KeyRing({"2026-11": bytes(range(32))}, "2026-11")


def where(devserver, ring=None, large=None) -> Any:
    """The server, for processes that have these keys and this directory."""
    converted = {"data_converter": converter(ring or KeyRing(), large)}
    client = Client(**{**devserver.client.config(), **converted})
    return SimpleNamespace(
        client=client,
        supports_time_skipping=False,
        get_current_time=devserver.get_current_time,
    )


async def failed(here, **fields):
    push = await here.push(**fields)
    await push.outcome()
    return push


async def listed(client, number, **wanted):
    """The list, once the server shows them all."""

    async def found():
        return number == len((await list_pushes(client, Selection(**wanted))).pushes)

    await eventually(found)
    return (await list_pushes(client, Selection(**wanted))).pushes


async def report_of(here, *pushes):
    last = (await pushes[-1].describe()).close_time
    ids = [push.push_id for push in pushes]
    bulk = await start_bulk(here.client, ids, last, gap=0.01, task_queue=here.task_queue)
    async with asyncio.timeout(30):
        return await bulk.report(wait=True)


async def test_a_bulk_passes_by_a_record_that_is_lost(devserver, tmp_path):
    async with cluster(where(devserver, large=tmp_path)) as here:
        large, small = await failed(here, **LARGE), await failed(here, **WRONG)
        for file in tmp_path.rglob("*"):
            if file.is_file():
                file.unlink()
        report = await report_of(here, large, small)

    assert {UNREADABLE: [large.push_id], RETRIED: [small.push_id]} == report.results


async def test_a_bulk_passes_by_a_record_that_finds_no_room(devserver, tmp_path, monkeypatch):
    async def full(*_arguments):
        raise StorageUnavailable("The disk is full.")

    async with cluster(where(devserver, large=tmp_path)) as here:
        large, small = await failed(here, **LARGE), await failed(here, **WRONG)
        monkeypatch.setattr("dispatch.payloads.storage.PayloadDirectory.store", full)
        report = await report_of(here, large, small)

    assert ["Skipped: there is no storage left for its record", RETRIED] == list(report.results)


async def test_a_list_shows_the_digest_where_the_key_is_missing(devserver):
    company = uuid4()
    pushes = [
        await start_push(client, a_request(company_id=company), task_queue="nobody")
        for client in (where(devserver, RING).client, devserver.client)
    ]
    rows = {one.push_id: one for one in await listed(devserver.client, 2, company=company)}
    for push in pushes:
        await push.handle.terminate()

    sealed, plain = (rows[push.push_id] for push in pushes)
    assert (64, True) == (len(sealed.reference), plain.reference.startswith("key-"))


async def test_a_plan_leaves_to_a_person_what_it_cannot_read(devserver):
    company = uuid4()
    async with cluster(where(devserver, RING)) as sealed, cluster(devserver) as plain:
        other = await failed(plain, company_id=company, **WRONG)
        await failed(sealed, company_id=company, **WRONG)
        rows = await listed(devserver.client, 2, company=company)
        plan = await make_plan(devserver.client, rows)

    assert ([other.push_id], 1) == ([one.push_id for one in plan.safe], len(plan.unclear))
    assert any("can't be read" in cause.message for cause in plan.causes)


async def test_a_plan_waits_for_no_push_that_was_retried_since(devserver):
    company = uuid4()
    async with cluster(devserver) as here:
        push = await failed(here, company_id=company, **WRONG)
        rows = await listed(here.client, 1, company=company, statuses=(PushStatus.FAILED,))
        await retry_push(push, task_queue="nobody")
        async with asyncio.timeout(20):
            plan = await make_plan(here.client, rows)
        await push.handle.terminate()

    assert [push.push_id] == [one.push_id for one in plan.safe]
