"""What a push's page says of records fits on a screen and a phone, light and dark."""

from uuid import uuid4

from emulator import seeds
from emulator.examples import record
from tests.browser.test_gateway_pages import _page, _site, is_fit, shot  # noqa: F401, fixtures
from tests.web.test_pages_sessions import HOME


async def test_what_the_platform_changed_fits(page, site):
    door, url = site
    platform = door.cluster.codat.connection(seeds.PROMPT)
    platform.set(delay=0, refresh_seconds=0, rewrites=["cut", "tax"])
    data = record("invoices", f"-{uuid4().hex[:8]}") | {"note": "Rent for May, June and July"}
    push = await door.cluster.push(
        data_type="invoices", data=data, validation="off", read_back=True
    )
    assert "Success" == (await push.outcome()).status
    await page.goto(f"{url}{HOME}/{push.push_id}")
    await shot(page, "changed")

    assert await page.locator("section table tbody tr").count() >= 2
    assert await is_fit(page) is True
