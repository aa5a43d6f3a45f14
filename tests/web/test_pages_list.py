"""The list as it is sent: row by row while Temporal's list is read, page after page."""

import asyncio
import re
from html import unescape
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from temporalio.service import RPCError, RPCStatusCode

from dispatch import newest_pushes
from emulator import seeds
from gateway.app import build_app
from gateway.pages import listing
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.web.test_pages_overview import failed
from tests.web.test_pages_sessions import browser, logged_in

PATH = f"/companies/{seeds.COMPANY}/pushes"
ROW = re.compile(r'<th scope="row"><a href="[^"]*/pushes/([^"]+)"')


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="keys")
async def _keys(door):
    """Seven pushes that were refused, the newest first, once Temporal lists all of them."""
    keys = (await failed(door, 7))[::-1]
    async with browser(door) as http:
        await logged_in(http)

        async def are_listed():
            return keys == ROW.findall((await http.get(PATH)).text)

        await eventually(are_listed)
    return keys


def small(monkeypatch, rows=3, at_once=2):
    """Let a page have few rows, and a call of Temporal few runs."""
    monkeypatch.setattr(listing, "PAGE_SIZE", rows)
    monkeypatch.setattr(newest_pushes, "_AT_ONCE", at_once)


async def test_pages_have_each_push_once_the_newest_first(http, keys, monkeypatch):
    small(monkeypatch)
    path, pages = PATH, []
    while path:
        text = (await http.get(path)).text
        pages.append(ROW.findall(text))
        older = re.findall(r'<a href="([^"]*)">Older', text)
        path = f"{PATH}{older[0]}".replace("&amp;", "&") if older else ""

    assert [3, 3, 1] == [len(page) for page in pages]
    assert keys == [key for page in pages for key in page]


async def test_rows_are_sent_while_older_ones_are_still_read(door, keys, monkeypatch):
    small(monkeypatch, rows=50)
    may_go_on = asyncio.Event()
    list_runs = door.cluster.client.workflow_service.list_workflow_executions

    async def slowly(request, **more):
        if 'StartTime < "' in request.query:
            await may_go_on.wait()
        return await list_runs(request, **more)

    service = door.cluster.client.workflow_service
    monkeypatch.setattr(service, "list_workflow_executions", slowly)
    async with served(build_app(door.parts)) as url, httpx.AsyncClient(base_url=url) as other:
        await logged_in(other)
        async with other.stream("GET", PATH) as answer:
            pieces, text = answer.aiter_text(), ""
            while keys[0] not in text:
                text += await anext(pieces)
            early = ROW.findall(text)
            may_go_on.set()
            text += "".join([piece async for piece in pieces])

    assert early == keys[: len(early)]
    assert len(early) < len(keys)
    assert keys == ROW.findall(text)
    assert text.rstrip().endswith("</html>")


async def test_a_list_that_breaks_off_says_so(door, http, keys, monkeypatch):
    small(monkeypatch, rows=50)
    service = door.cluster.client.workflow_service
    list_runs = service.list_workflow_executions

    async def fail_later(request, **more):
        if 'StartTime < "' in request.query:
            raise RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")
        return await list_runs(request, **more)

    async def fail(*_, **__):
        raise RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")

    monkeypatch.setattr(service, "list_workflow_executions", fail_later)
    answer = await http.get(PATH)
    monkeypatch.setattr(service, "list_workflow_executions", fail)
    at_once = await http.get(PATH)

    assert keys[0] in answer.text
    assert "so the list ends here" in answer.text
    assert 503 == at_once.status_code


async def test_a_cause_finds_no_push_that_was_mended(door, http, keys):
    (key,) = await failed(door)
    text = (await http.get(PATH)).text
    cause = unescape(re.findall(r'<datalist id="causes"><option value="([^"]*)"', text)[0])

    async def with_cause():
        return ROW.findall((await http.get(PATH, params={"cause": cause})).text)

    async def is_listed():
        return [key, *keys] == await with_cause()

    async def is_gone():
        return keys == await with_cause()

    await eventually(is_listed)
    await door.mend(key, {"supplierName": f"Awake {uuid4().hex[:6]}", "status": "Active"})
    await door.ended(key)
    await eventually(is_gone)

    assert "No push matches." in (await http.get(PATH, params={"cause": f"{cause}!"})).text


@pytest.mark.parametrize("asked", ["status=Odd", "connectionId=x", "since=then", "before=x"])
async def test_a_filter_that_says_nothing_is_refused(http, asked):
    name = asked.partition("=")[0]
    answer = await http.get(f"{PATH}?{asked}")

    assert 400 == answer.status_code
    assert f"{name} must be" in answer.text
