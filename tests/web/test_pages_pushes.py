"""Pages about pushes: the form, a push as it goes on, retry and edit, the list."""

import asyncio
import json
import re
from collections import Counter
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHistoryEventAsyncIterator

from emulator import seeds
from emulator.examples import record
from tests.support.temporal_commands import point_after, reset
from tests.web.test_pages_sessions import HOME, NEW, browser, logged_in, token_in

ATTACK = "<script>alert(1)</script>"


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def submitted(http, path=NEW, **fields):
    page = (await http.get(path)).text
    key = re.findall('name="_key" value="([^"]*)"', page)[0]
    data = {"_csrf": token_in(page), "_key": key, "status": "Active", **fields}
    return await http.post(path, data=data)


async def started(http, door, **fields):
    """Start a push through the form and wait for its end; give its page's path."""
    answer = await submitted(http, **{"supplierName": f"Page {uuid4()}", **fields})
    assert 303 == answer.status_code, answer.text
    path = answer.headers["location"]
    await door.ended(path.rpartition("/")[2])
    return path


async def test_the_form_starts_a_push_and_its_page_tells_its_story(http, door):
    path = await started(http, door, supplierName="Mill & Sons")
    page = (await http.get(path)).text

    assert "Create suppliers" in page
    assert 'class="status Success"' in page
    assert "Codat took it" in page
    assert re.search(r" · took [0-9.]+ m?s</time> <span>Codat took it", page)
    assert "Mill &amp; Sons" in page


async def test_sending_a_form_twice_starts_one_push(http):
    page = (await http.get(NEW)).text
    key = re.findall('name="_key" value="([^"]*)"', page)[0]
    data = {"_csrf": token_in(page), "_key": key, "supplierName": "Twice", "status": "Active"}
    first, second = [await http.post(NEW, data=data) for _ in range(2)]

    assert first.headers["location"] == second.headers["location"]


async def test_what_was_typed_is_kept_on_errors(http):
    answer = await submitted(http, supplierName=ATTACK, status="Sleeping", _minutes="7")

    assert 422 == answer.status_code
    assert "Please correct what is wrong" in answer.text
    assert 'name="_minutes" inputmode="numeric" pattern="[0-9]*" value="7"' in answer.text
    assert ATTACK not in answer.text


async def test_a_form_takes_an_item_that_was_made_after_it_was_shown(http, door):
    emulator, path = door.cluster.codat, NEW.replace("/suppliers/", "/directIncomes/")
    emulator.connection(seeds.PROMPT).set(offers=["items"])
    await http.get(path)
    made = await door.ended(
        (await door.http.post(door.path("items"), json=record("items"))).json()["pushOperationKey"]
    )
    answer = await submitted(
        http, path, **{"lineItems/0/itemRef/id": made["changes"][0]["recordRef"]["id"]}
    )
    emulator.connection(seeds.PROMPT).set(offers=[])

    assert 422 == answer.status_code
    assert "must be one of" not in answer.text


@pytest.mark.parametrize("minutes", ["soon", "9" * 5000])
async def test_minutes_that_are_none_are_told_and_nothing_is_lost(http, minutes):
    answer = await submitted(http, supplierName="Kept", _minutes=minutes)

    assert 400 == answer.status_code
    assert "timeoutInMinutes must be a whole number" in answer.text
    assert 'value="Kept"' in answer.text


async def test_a_failed_push_is_mended_on_its_page(http, door):
    refusing = NEW.replace(seeds.PROMPT, seeds.REFUSING)
    answer = await submitted(http, refusing, supplierName="Refused")
    path = answer.headers["location"]
    key = path.rpartition("/")[2]
    await door.ended(key)
    form = (await http.get(f"{path}/edit")).text
    door.cluster.codat.connection(seeds.REFUSING).set(refusing=None)
    data = {"_csrf": token_in(form), "supplierName": "Mended", "status": "Active"}
    answer = await http.post(f"{path}/edit", data=data)

    assert 'value="Refused"' in form
    assert path == answer.headers["location"]
    assert ("Success", "Mended") == (
        (ended := await door.ended(key))["status"],
        ended["data"]["supplierName"],
    )


async def test_a_retry_asks_again_under_the_same_push(http, door):
    refusing = NEW.replace(seeds.PROMPT, seeds.REFUSING)
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="Not today.")
    path = (await submitted(http, refusing, supplierName="Again")).headers["location"]
    key = path.rpartition("/")[2]
    await door.ended(key)
    page = (await http.get(path)).text
    door.cluster.codat.connection(seeds.REFUSING).set(refusing=None)
    answer = await http.post(f"{path}/retry", data={"_csrf": token_in(page)})

    assert path == answer.headers["location"]
    assert "Not today." in page
    assert "Success" == (await door.ended(key))["status"]


async def test_the_page_is_streamed_until_the_push_has_ended(http):
    answer = await submitted(http, supplierName=f"Live {uuid4()}")
    async with http.stream("GET", f"{answer.headers['location']}/events") as stream:
        text = "".join([part async for part in stream.aiter_text()])
    states = [json.loads(one) for one in re.findall("event: state\ndata: (.*)\n", text)]

    assert text.endswith("event: end\ndata: {}\n\n")
    assert 'class="status Success"' in states[-1]
    assert 'class="status Pending"' in states[0]


async def test_the_stream_leaves_a_run_that_was_reset_for_the_new_one(http, door, monkeypatch):
    asked, fetch = Counter(), WorkflowHistoryEventAsyncIterator.fetch_next_page

    def counted(pages, **more):
        of = pages._input  # noqa: SLF001, nothing else tells whose pages they are
        asked[of.run_id] += of.wait_new_event
        return fetch(pages, **more)

    monkeypatch.setattr("gateway.pages.live.CALM", 0)
    monkeypatch.setattr(WorkflowHistoryEventAsyncIterator, "fetch_next_page", counted)
    push = await door.cluster.push(connection_id=seeds.OFFLINE)
    path = f"{HOME}/{push.push_id}"
    streaming = asyncio.create_task(http.get(f"{path}/events"))
    await point_after(push, "push")
    run = (await push.describe()).run_id
    await reset(push)
    asked.clear()
    # As long as this takes, a stream that does not wait asks the old run again and again.
    for _ in range(50):
        await http.get(path)
    await push.handle.terminate()
    stream = await streaming

    assert 2 >= asked[run]
    assert "Someone terminated this push" in stream.text


async def test_a_stream_ends_when_the_server_is_to_stop(http, door):
    path = NEW.replace(seeds.PROMPT, seeds.OFFLINE)
    answer = await submitted(http, path, supplierName=f"Held {uuid4()}")
    door.parts.closing.set()
    try:
        stream = await http.get(f"{answer.headers['location']}/events")
    finally:
        door.parts.closing.clear()

    assert "event: end" not in stream.text


async def test_the_list_shows_and_filters_pushes(http, door):
    await started(http, door)
    page = (await http.get(HOME)).text
    none = (await http.get(HOME, params={"dataType": "bills", "status": "Unknown"})).text

    assert "newest first" in page
    assert "No push matches." in none
    assert "<option selected>bills</option>" in none


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{HOME}/8a210b68-6988-11ed-a1eb-0242ac120002", 404),
        ("/companies/x/pushes", 400),
        (NEW.replace("suppliers", "unicorns"), 404),
        (f"{HOME}?since=<b>", 400),
        ("/nowhere", 404),
    ],
)
async def test_trouble_is_told_on_a_page(http, path, status):
    answer = await http.get(path)

    assert (status, "text/html; charset=utf-8") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    assert "<b>" not in answer.text


async def test_the_api_has_a_page(http):
    page = (await http.get("/docs")).text

    assert "/companies/{companyId}/push/{pushOperationKey}" in page
