"""The page of an unclear push shows the records that it might be, beside what was sent."""

from uuid import uuid4

import pytest_asyncio

from emulator import seeds
from emulator.examples import record
from tests.web.test_pages_sessions import HOME, browser, logged_in


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def unclear(door, data):
    """Let a push end Unknown; give its page's path and the record that it wrote."""
    emulator = door.cluster.codat
    platform = emulator.connection(seeds.PROMPT)
    platform.set(echo_data=False, delay=0, refresh_seconds=0)
    emulator.settings(rules="off")
    emulator.fault("commit-then-5xx", method="POST", nth=1)
    push = await door.cluster.push(data_type="invoices", data=data, validation="off")
    assert "Unknown" == (await push.outcome()).status
    return f"{HOME}/{push.push_id}", platform.ledger()[-1]["recordId"]


async def test_a_record_in_the_books_is_compared_field_by_field(http, door):
    data = record("invoices", f"-{uuid4().hex[:8]}") | {"note": "Rent <May>"}
    path, written = await unclear(door, data)
    platform = door.cluster.codat.connection(seeds.PROMPT)
    platform.change_record("invoices", written, note="Rent June")
    platform.refresh("invoices")
    door.cluster.codat.advance(1)
    page = (await http.get(path)).text

    assert "What it might be" in page
    assert f"Record <code>{written}</code>" in page
    assert "the record as it stands in the accounting software" in page
    assert "<code>/note</code>" in page
    assert "&#34;Rent &lt;May&gt;&#34;" in page
    assert "&#34;Rent June&#34;" in page
    assert "<code>/issueDate</code>" not in page


async def test_a_record_that_codat_has_not_read_is_named_without(http, door):
    path, written = await unclear(door, record("invoices", f"-{uuid4().hex[:8]}"))
    page = (await http.get(path)).text

    assert f"Record <code>{written}</code>" in page
    assert "The record can&#39;t be read" in page


async def test_an_operation_without_a_record_says_so(http, door):
    push = await door.cluster.push(connection_id=seeds.SHAKY)
    outcome = await push.outcome()
    page = (await http.get(f"{HOME}/{push.push_id}")).text

    (candidate,) = outcome.candidates
    assert f"Operation <code>{candidate.push_operation_key}</code>" in page
    assert "The operation names no record." in page
