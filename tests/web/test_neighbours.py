"""What one key sends, however large, is not worked at while others wait: not on the event loop."""

from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from bench.load.worst import RECORDS, TOO_MUCH
from codat.exact_json import dumps
from emulator import seeds
from gateway.app import build_app
from gateway.pages.forms.fields import WHOLE
from tests.support.event_loop_calls import Busiest
from tests.support.front_door import BASE, KEY, basic
from tests.support.html_page import Page
from tests.web.test_pages_sessions import HOME, logged_in

MAX_CALLS = 60_000
"""In one turn of the event loop; a page of usual size takes 45,000, the worst records millions."""

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


LINES = [{"description": "Carriage", "quantity": n, "unitAmount": 1} for n in range(4000)]
NEW = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/bills/new"


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    """The front door alone: in this process worker and emulator share its event loop."""
    parts = replace(door.parts, task_queue="nobody's")
    transport = httpx.ASGITransport(build_app(parts), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=basic(KEY)) as http:
        await logged_in(http)
        # What is built once: routes, templates, the platform's options.
        await http.get(NEW)
        await http.get(await stored(http, door, {}))
        yield http


async def stored(http, door, record, data_type="bills"):
    """The path of the page of a push that nobody works at."""
    answer = await http.post(door.path(data_type), content=dumps(record), headers=JSON)
    return f"{HOME}/{answer.json()['pushOperationKey']}"


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
async def test_the_largest_records_are_taken_and_told_in_small_turns(door, http, record):
    with Busiest() as busiest:
        answer = await http.post(door.path(), content=record, headers=JSON)
        assert 200 == answer.status_code, answer.text
        key = answer.json()["pushOperationKey"]
        again = await http.get(f"/companies/{seeds.COMPANY}/push/{key}")

    assert 200 == again.status_code
    assert busiest.calls < MAX_CALLS


@pytest.mark.parametrize("record", TOO_MUCH.values(), ids=TOO_MUCH)
async def test_more_is_refused_in_small_turns(door, http, record):
    with Busiest() as busiest:
        answer = await http.post(door.path(), content=record, headers=JSON)

    assert 400 == answer.status_code, answer.text
    assert busiest.calls < MAX_CALLS


@pytest.mark.parametrize("place", ["", "/edit"])
async def test_the_pages_of_a_large_record_are_shown_in_small_turns(door, http, place):
    page = await stored(http, door, {"reference": "A", "lineItems": LINES})
    with Busiest() as busiest:
        answer = await http.get(f"{page}{place}")

    assert 200 == answer.status_code, answer.text
    assert len(answer.content) < 3 * len(dumps(LINES))
    assert busiest.calls < MAX_CALLS


async def test_a_large_record_is_mended_in_small_turns(door, http):
    page = await stored(http, door, {"reference": "A", "lineItems": LINES})
    sent = dict(Page((await http.get(f"{page}/edit")).text).sent)
    with Busiest() as busiest:
        answer = await http.post(f"{page}/edit", data=sent | {WHOLE: "no JSON"})

    assert 400 == answer.status_code
    assert "no JSON" == dict(Page(answer.text).sent)[WHOLE]
    assert busiest.calls < MAX_CALLS


FORMS = {
    "fields": [(f"lineItems/{n}/description", "x") for n in range(19_000)],
    "repeated": [("reference", "x")] * 19_000,
    "long": [("reference", "x" * 2_000_000)],
}


@pytest.mark.parametrize("fields", FORMS.values(), ids=FORMS)
async def test_the_largest_forms_are_read_in_small_turns(http, fields):
    sent = Page((await http.get(NEW)).text).sent
    body = urlencode([*sent, *fields])
    with Busiest() as busiest:
        answer = await http.post(NEW, content=body, headers=FORM)

    assert 422 == answer.status_code, answer.text
    assert busiest.calls < MAX_CALLS


@pytest.mark.parametrize("name", ["/" * 250_000, "a/" * 21, "%2F" * 100])
async def test_a_field_that_no_page_has_is_refused(http, name):
    answer = await http.post(NEW, content=f"{name}=1", headers=FORM)

    assert (400, "The form can't be read.") == (answer.status_code, answer.json()["error"])
