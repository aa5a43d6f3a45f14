"""*Edit and retry*: what is changed, what stays, and the minutes."""

import pytest
import pytest_asyncio

from codat.exact_json import Number, dumps
from dispatch.pushes import request_of
from emulator import seeds
from tests.support.html_page import Page
from tests.web.test_pages_sessions import HOME, browser, logged_in


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def refused(http, door, **fields):
    """A push that the platform refused, at its page's path, and what its form would send."""
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="Not today.")
    fields = {"connection_id": seeds.REFUSING, "data_type": "suppliers", **fields}
    push = await door.cluster.push(validation="advise", **fields)
    await push.outcome()
    path = f"{HOME}/{push.push_id}"
    return push, path, Page((await http.get(f"{path}/edit")).text).sent


async def test_untouched_fields_stay_as_they_were_on_edit_and_retry(http, door):
    address = {"type": "Billing", "line1": "Mill Lane", "unlisted": Number("1.50")}
    data = {"supplierName": "Two\r\nlines", "addresses": [address], "unlisted": None}
    push, path, sent = await refused(http, door, data=data)
    wrong = dict(sent) | {"supplierName": "Mended", "status": "Sleeping"}
    again = await http.post(f"{path}/edit", data=wrong)
    right = dict(Page(again.text).sent) | {"status": "Active"}
    answer = await http.post(f"{path}/edit", data=right)
    asked = await request_of(push)

    assert (422, path) == (again.status_code, answer.headers["location"])
    assert dumps(data | {"supplierName": "Mended", "status": "Active"}) == dumps(asked.data)


@pytest.mark.parametrize(("typed", "minutes"), [("30", 30), ("5", 5), ("", None)])
async def test_the_minutes_of_a_push_can_be_mended(http, door, typed, minutes):
    push, path, sent = await refused(
        http, door, data={"supplierName": "Mill", "status": "Active"}, timeout_in_minutes=30
    )
    answer = await http.post(f"{path}/edit", data=dict(sent) | {"_minutes": typed})

    assert path == answer.headers.get("location"), answer.text
    assert "30" == dict(sent)["_minutes"]
    assert minutes == (await request_of(push)).timeout_in_minutes


@pytest.mark.parametrize("minutes", ["soon", "0", "9" * 5000])
async def test_minutes_that_are_none_mend_nothing_and_nothing_is_lost(http, door, minutes):
    push, path, sent = await refused(http, door, data={"supplierName": "Mill", "status": "Active"})
    before = await push.describe()
    typed = dict(sent) | {"supplierName": "Kept", "_minutes": minutes}
    answer = await http.post(f"{path}/edit", data=typed)

    assert 400 == answer.status_code
    assert "timeoutInMinutes must be a whole number" in answer.text
    assert {"supplierName": "Kept", "_minutes": minutes}.items() <= dict(
        Page(answer.text).sent
    ).items()
    assert before.run_id == (await push.describe()).run_id


async def test_a_deletion_is_retried_but_not_edited(http, door):
    push = await door.cluster.push(data_type="bills", kind="delete", record_id="no", data=())
    await push.outcome()
    path = f"{HOME}/{push.push_id}"
    shown, edit = (await http.get(path)).text, await http.get(f"{path}/edit")

    assert f'action="{path}/retry"' in shown
    assert f"{path}/edit" not in shown
    assert 409 == edit.status_code
