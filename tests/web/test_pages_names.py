"""Names on the pages: what forms offer from the books, companies and their software."""

from uuid import UUID

import pytest_asyncio

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.front_door import BOUND_KEY
from tests.support.html_page import Page
from tests.web.test_pages_sessions import HOME, NEW, browser, logged_in

BILLS = NEW.replace("suppliers", "bills")
MAX_BYTES = 100_000


@pytest_asyncio.fixture(loop_scope="session", name="http")
async def _http(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def test_a_bill_offers_the_suppliers_of_the_books(http, door):
    reads = door.parts.references._reads  # noqa: SLF001, the front door's own client
    for kind in ("suppliers", "taxRates"):
        await reads.refresh(UUID(seeds.COMPANY), kind, UUID(seeds.PROMPT))
    door.cluster.codat.advance(120)

    async def offers_both():
        page = Page((await http.get(BILLS)).text)
        offered = {at["value"] for at in page.all("option") if "label" in at}
        return {seeds.SUPPLIER, seeds.TAX_RATE} <= offered

    await eventually(offers_both)  # the books are not waited for
    answer = await http.get(BILLS)
    assert "b-supplierRef" == Page(answer.text).named("supplierRef/id")["list"]
    assert len(answer.content) < MAX_BYTES


async def test_where_reading_is_refused_the_form_is_as_before(http, door):
    door.cluster.codat.connection(seeds.OTHER_PROMPT).set(refuses_reads=403)
    there = BILLS.replace(seeds.COMPANY, seeds.OTHER_COMPANY)
    answer = await http.get(there.replace(seeds.PROMPT, seeds.OTHER_PROMPT))

    assert 200 == answer.status_code
    assert "b-supplierRef" not in answer.text


async def test_pages_name_the_company_and_its_software(http, door):
    key = (await door.http.post(door.path(), json=record("suppliers"))).json()["pushOperationKey"]
    await door.ended(key)

    async def named(path, *texts):
        page = (await http.get(path)).text
        return all(text in page for text in texts)

    await eventually(lambda: named("/", ">Harbour Bakery</a>", "cloudbooks"))
    await eventually(lambda: named(HOME, "Pushes of Harbour Bakery", "cloudbooks"))
    await eventually(
        lambda: named(f"{HOME}/{key}", "<dd>Harbour Bakery</dd>", "<dd>cloudbooks</dd>")
    )


async def test_a_bound_key_sees_the_names_of_its_companies_only(door):
    async with browser(door) as http:
        await logged_in(http, BOUND_KEY)

        async def named():
            return ">Mill Street Garage</a>" in (await http.get("/")).text

        await eventually(named)
        assert "Harbour Bakery" not in (await http.get("/")).text


async def test_what_was_sent_stands_beside_what_the_books_have(http, door):
    sent = record("suppliers")
    key = (await door.http.post(door.path(), json=sent)).json()["pushOperationKey"]
    await door.ended(key)
    reads = door.parts.references._reads  # noqa: SLF001, the front door's own client
    await reads.refresh(UUID(seeds.COMPANY), "suppliers", UUID(seeds.PROMPT))
    door.cluster.codat.advance(120)

    async def shows_both():
        page = (await http.get(f"{HOME}/{key}")).text
        return "What was sent" in page and "sourceModifiedDate" in page

    await eventually(shows_both)
