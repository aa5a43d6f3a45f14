"""Through the front door: a record is read back, or looked for first, and the page says so."""

from uuid import uuid4

import pytest

from codat.exact_json import loads
from emulator import seeds
from emulator.examples import record
from tests.web.test_pages_sessions import browser, logged_in

NOTE = "Rent for May, June and July"


@pytest.fixture(name="data")
def _data(door):
    door.cluster.codat.settings(rules="off")
    manners = {"delay": 0, "refresh_seconds": 0, "rewrites": ["cut"]}
    for connection in (seeds.PROMPT, seeds.OTHER_PROMPT):
        door.cluster.codat.connection(connection).set(**manners)
    return record("invoices", f"-{uuid4().hex[:8]}") | {"note": NOTE}


async def test_a_record_is_read_back(door, data):
    query = {"readBack": "true", "timeoutInMinutes": "7"}
    answer = await door.http.post(door.path("invoices"), params=query, json=data)
    key = answer.json()["pushOperationKey"]
    ended = await door.ended(key)
    async with browser(door) as http:
        await logged_in(http)
        page = (await http.get(f"/companies/{seeds.COMPANY}/pushes/{key}")).text

    assert ("Success", 7) == (ended["status"], ended["timeoutInMinutes"])
    note = {"pointer": "/note", "sent": NOTE, "stands": NOTE[:24]}
    assert note in ended["changedByPlatform"]
    assert NOTE[:24] == ended["data"]["note"]
    assert "What the platform changed" in page
    assert "<code>/note</code>" in page


async def test_without_it_nothing_is_said_of_changes(door, data):
    answer = await door.http.post(door.path("invoices"), json=data)
    ended = await door.ended(answer.json()["pushOperationKey"])

    assert "changedByPlatform" not in ended


async def test_a_record_is_looked_for_first(door, data):
    path = f"/companies/{seeds.OTHER_COMPANY}/connections/{seeds.OTHER_PROMPT}/push/invoices"
    standing = door.cluster.codat.connection(seeds.OTHER_PROMPT).add_record("invoices", data)
    query = {"lookFirst": "true", "uniqueField": "/invoiceNumber"}
    answer = await door.http.post(path, params=query, json=data)
    ended = await door.ended(answer.json()["pushOperationKey"], seeds.OTHER_COMPANY)

    assert "Success" == ended["status"]
    assert [standing] == [change["recordRef"]["id"] for change in ended["changes"]]
    assert "platformPushOperationKey" not in ended


@pytest.mark.parametrize(
    ("query", "words"),
    [({"uniqueField": "invoiceNumber"}, "uniqueField"), ({"readBack": "perhaps"}, "readBack")],
)
async def test_what_cant_be_asked_is_refused(door, data, query, words):
    answer = await door.http.post(door.path("invoices"), params=query, json=data)

    assert 400 == answer.status_code
    assert words in loads(answer.content)["error"]
