"""Forms of updates: begun from the record as it stands, reviewed before they start, forced."""

from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from dispatch.pushes import request_of
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.front_door import a_codat
from tests.support.html_page import Page
from tests.web.test_pages_sessions import HOME, browser, logged_in, token_in

STALE = "The record has been modified since it was last synced."


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def read_record(door, connection=seeds.PROMPT, **fields):
    """A supplier of the books that Codat has read; gives its id."""
    codat, record_id = door.cluster.codat, f"s/{uuid4()}"
    data = record("suppliers") | {"phone": "1", **fields}
    codat.connection(connection).add_record("suppliers", data, record_id=record_id)
    await refreshed(door, connection)
    return record_id


async def refreshed(door, connection=seeds.PROMPT):
    codat, company = door.cluster.codat, UUID(seeds.COMPANY)
    async with a_codat(codat) as client:
        begun = (await client.reads.refresh(company, "suppliers", UUID(connection))).id
        codat.advance(600)

        async def is_over():
            return (await client.reads.pull_operation(company, begun)).status.is_over

        await eventually(is_over)


def form_of(record_id, connection=seeds.PROMPT):
    there = f"/companies/{seeds.COMPANY}/connections/{connection}"
    return f"{there}/push/suppliers/{quote(record_id, safe='')}/update"


async def test_an_update_is_reviewed_before_it_starts(http, door):
    path = form_of(await read_record(door))
    form = await http.get(path)
    sent = [*Page(form.text).sent, ("supplierName", "Another"), ("_minutes", "30")]
    review = await http.post(path, data=dict(sent))
    puts = len(door.cluster.codat.journal(method="PUT"))
    answer = await http.post(path, data=dict(Page(review.text).sent))
    ended = await door.ended(answer.headers["location"].rpartition("/")[2])

    assert record("suppliers")["supplierName"] == dict(Page(form.text).sent)["supplierName"]
    assert (200, 303) == (review.status_code, answer.status_code)
    assert "<code>/supplierName</code>" in review.text
    assert "empties the fields" not in review.text
    assert 0 == puts
    assert ("Success", "Another", "1") == (
        ended["status"],
        ended["data"]["supplierName"],
        ended["data"]["phone"],
    )


async def test_what_was_typed_after_the_review_is_reviewed_anew(http, door):
    path = form_of(await read_record(door))
    sent = dict(Page((await http.get(path)).text).sent)
    review = await http.post(path, data=sent | {"supplierName": "Another"})
    seen = dict(Page(review.text).sent)
    again = await http.post(path, data=seen | {"supplierName": "A third", "phone": ""})
    forced = await http.post(path, data=seen | {"_force": "true"})

    assert (200, 200) == (again.status_code, forced.status_code)
    assert "A third" in again.text
    assert "empties the fields that are left out: /phone." in again.text
    assert "checked" in Page(forced.text).named("_force")


async def test_an_update_that_changes_nothing_is_not_started(http, door):
    path = form_of(await read_record(door))
    sent = dict(Page((await http.get(path)).text).sent)
    answer = await http.post(path, data=sent)

    assert 422 == answer.status_code
    assert "The update changes nothing of the record" in answer.text
    assert "_seen" not in dict(Page(answer.text).sent)


async def test_a_record_that_is_not_known_can_be_updated_all_the_same(http):
    path = form_of(f"never-read-{uuid4()}")
    form = await http.get(path)
    typed = dict(Page(form.text).sent) | {"supplierName": "Blind", "status": "Active"}
    review = await http.post(path, data=typed)
    answer = await http.post(path, data=dict(Page(review.text).sent))

    assert "could not be read" in form.text
    assert "is not known: refresh it" in review.text
    assert 303 == answer.status_code


async def stale(door, record_id, **fields):
    """An update that was refused because its record had changed; gives it and its page's path."""
    connection = door.cluster.codat.connection(seeds.REFUSING)
    connection.set(refusing=STALE)
    data = record("suppliers") | fields
    push = await door.cluster.push(
        connection_id=seeds.REFUSING, data_type="suppliers", record_id=record_id, data=data
    )
    await push.outcome()
    connection.set(refusing=None)
    return push, f"{HOME}/{push.push_id}"


async def test_a_stale_update_is_retried_with_force(http, door):
    push, path = await stale(door, await read_record(door, seeds.REFUSING), phone="2")
    page = (await http.get(path)).text
    answer = await http.post(f"{path}/retry", data={"_csrf": token_in(page), "_force": "true"})
    ended = await door.ended(str(push.push_id))

    assert f'action="{path}/refresh"' in page
    assert (303, "Success") == (answer.status_code, ended["status"])
    assert (await request_of(push)).force_update is True


async def test_a_stale_update_is_mended_over_the_present_values(http, door):
    record_id = await read_record(door, seeds.REFUSING, phone="3")
    push, path = await stale(door, record_id, supplierName="Mine")
    asked = await http.post(
        f"{path}/refresh", data={"_csrf": token_in((await http.get(path)).text)}
    )
    early = await http.get(asked.headers["location"])
    door.cluster.codat.advance(600)

    async def is_read():
        return "load this page again" not in (await http.get(asked.headers["location"])).text

    await eventually(is_read)
    form = Page((await http.get(asked.headers["location"])).text)
    review = await http.post(f"{path}/edit", data=dict(form.sent))
    answer = await http.post(f"{path}/edit", data=dict(Page(review.text).sent))
    ended = await door.ended(str(push.push_id))

    assert "load this page again" in early.text
    assert ("Mine", "3") == (dict(form.sent)["supplierName"], dict(form.sent)["phone"])
    assert "<code>/supplierName</code>" in review.text
    assert (303, "Success", "3") == (answer.status_code, ended["status"], ended["data"]["phone"])


async def test_only_an_update_is_forced_or_refreshed(http, door):
    door.cluster.codat.connection(seeds.REFUSING).set(refusing=STALE)
    push = await door.cluster.push(connection_id=seeds.REFUSING, data_type="suppliers")
    await push.outcome()
    path = f"{HOME}/{push.push_id}"
    page = (await http.get(path)).text
    token = {"_csrf": token_in(page)}
    answers = [
        await http.post(f"{path}/retry", data=token | {"_force": "true"}),
        await http.post(f"{path}/refresh", data=token),
    ]

    assert "Retry with forceUpdate" not in page
    assert [400, 400] == [answer.status_code for answer in answers]


@pytest.mark.parametrize("data_type", ["suppliers", "items"])
async def test_a_written_record_has_a_link_to_its_update(http, door, data_type):
    push = await door.cluster.push(data_type=data_type, data=record(data_type))
    written = (await push.outcome()).records[0].id
    page = (await http.get(f"{HOME}/{push.push_id}")).text

    assert (data_type == "suppliers") == (f'href="{form_of(written)}"' in page)
