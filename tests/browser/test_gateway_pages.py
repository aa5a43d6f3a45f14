"""A person's way through the pages: form, push page, retry; by keyboard, and on a phone."""

import os
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import axe_playwright_python
import pytest
import pytest_asyncio

from emulator import seeds
from gateway.app import build_app
from gateway.pages import overview
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import KEY, front_door

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
WIDTHS = {"desk": 1200, "phone": 390}
MAX_BYTES = 100_000
NEW = "/companies/{}/connections/{}/push/suppliers/new"


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="site")
async def _site(devserver):
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FRESH", "COUNTS_FRESH"):
            patch.setattr(overview, name, timedelta(0))  # nobody waits for what was read before
        async with _front_door(devserver) as site:
            yield site


@asynccontextmanager
async def _front_door(devserver):
    async with (
        front_door(devserver, temporal_ui="http://127.0.0.1:8233") as door,
        served(build_app(door.parts)) as url,
    ):
        yield door, url


@pytest_asyncio.fixture(loop_scope="session", name="page", params=WIDTHS)
async def _page(chromium, site, request):
    width = WIDTHS[request.param]
    context = await chromium.new_context(viewport={"width": width, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(15_000)
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
    await page.goto(f"{site[1]}/login")
    await page.fill("[name=name]", "all")
    await page.fill("[name=key]", KEY)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site[1]}/")
    yield page
    await context.close()
    assert [] == troubles


def is_trouble(said):
    """A form that is sent back for correction is none."""
    return said.type == "error" and "422" not in said.text


async def shot(page, name):
    """Keep a picture where a person wants to look at them."""
    folder = os.environ.get("SUREPUSH_PICTURES")
    if folder:
        width = page.viewport_size["width"]
        await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


CONTRAST = {"runOnly": ["color-contrast"]}
"""All that a dark page can have wrong which a light one has right."""


async def is_fit(page):
    """No finding of axe that matters, light and dark, and nothing wider than the screen."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    serious = []
    for scheme, rules in (("dark", CONTRAST), ("light", {})):
        await page.emulate_media(color_scheme=scheme)
        found = await page.evaluate("rules => axe.run(rules)", rules)
        serious += [
            (one["id"], scheme, [node["html"] for node in one["nodes"]])
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    size = await page.evaluate("performance.getEntriesByType('navigation')[0].decodedBodySize")
    return (serious, wide, size < MAX_BYTES) == ([], False, True) or (serious, wide, size)


AT_A_DESK = pytest.mark.parametrize("page", ["desk"], indirect=True)


async def test_form_push_page_and_retry(page, site):
    door, url = site
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="The books are closed.")
    await page.goto(url + NEW.format(seeds.COMPANY, seeds.REFUSING))
    await shot(page, "form")
    await page.fill("[name=supplierName]", f"Walk {uuid4().hex[:6]}")
    await page.select_option("[name=status]", index=1)
    await page.click("text=Push it")

    await page.wait_for_selector(".status.Failed")  # by itself: the page is live
    await page.wait_for_selector("text=The books are closed.")
    await shot(page, "failed")

    door.cluster.codat.connection(seeds.REFUSING).set(refusing=None)
    await page.click("button:text-is('Retry')")
    await page.wait_for_selector(".status.Success")
    await shot(page, "success")


@AT_A_DESK
async def test_a_failed_push_is_edited_by_keyboard_alone(page, site):
    door, url = site
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="No.")
    await page.goto(url + NEW.format(seeds.COMPANY, seeds.REFUSING))
    await page.fill("[name=supplierName]", "By hand")
    await page.select_option("[name=status]", index=1)
    await page.press("[name=supplierName]", "Enter")
    await page.wait_for_selector(".status.Failed")
    door.cluster.codat.connection(seeds.REFUSING).set(refusing=None)
    await page.focus("a:text-is('Edit and retry')")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=Retry with this")
    assert "By hand" == await page.input_value("[name=supplierName]")
    await page.fill("[name=supplierName]", "By hand, mended")
    await page.press("[name=supplierName]", "Enter")
    await page.wait_for_selector(".status.Success")

    assert "By hand, mended" in await page.inner_text("pre")


async def test_wrong_input_is_said_and_kept(page, site):
    await page.goto(site[1] + NEW.format(seeds.COMPANY, seeds.PROMPT))
    await page.fill("[name=supplierName]", "Kept")
    await page.click("text=Push it")
    await page.wait_for_selector("text=Please correct what is wrong")
    await shot(page, "wrong")

    assert "Kept" == await page.input_value("[name=supplierName]")
    assert True is await is_fit(page)


@AT_A_DESK
async def test_a_bill_of_one_line_fits_on_a_screen_or_two(page, site):
    await page.set_viewport_size({"width": 1200, "height": 800})
    await page.goto(site[1] + NEW.format(seeds.COMPANY, seeds.PROMPT).replace("suppliers", "bills"))
    height = await page.evaluate("document.documentElement.scrollHeight")
    await shot(page, "bill")

    assert height <= 1600


@AT_A_DESK
async def test_a_draft_outlives_the_session(page, site):
    path = site[1] + NEW.format(seeds.COMPANY, seeds.PROMPT)
    await page.goto(path)
    await page.fill("[name=supplierName]", "Typed before the login ended")
    await page.select_option("[name=status]", index=1)
    key = await page.input_value("[name=_key]")
    await page.context.clear_cookies()
    await page.click("text=Push it")
    await page.fill("[name=name]", "all")
    await page.fill("[name=key]", KEY)
    await page.keyboard.press("Enter")
    await page.click("text=Show it")
    await page.wait_for_selector("[name=supplierName][value='Typed before the login ended']")
    assert (path, key) == (page.url, await page.input_value("[name=_key]"))
    await page.click("text=Push it")
    await page.wait_for_selector(".status.Success")

    await page.goto(path)
    assert await page.is_hidden(".draft")


@AT_A_DESK
async def test_a_draft_goes_with_the_log_out(page, site):
    path = site[1] + NEW.format(seeds.COMPANY, seeds.PROMPT)
    await page.goto(path)
    await page.fill("[name=supplierName]", "Mine")
    kept = "Object.keys(localStorage).length"
    assert 1 == await page.evaluate(kept)
    await page.click("text=Log out all")
    await page.wait_for_url("**/login")

    assert 0 == await page.evaluate(kept)


async def refused(door, count):
    """Let the platform refuse some suppliers."""
    door.cluster.codat.connection(seeds.REFUSING).set(refusing="The tax rate is unknown.")
    for _ in range(count):
        answer = await door.http.post(
            door.path(connection=seeds.REFUSING),
            json={"supplierName": f"Refused {uuid4().hex[:6]}", "status": "Active"},
        )
        await door.ended(answer.json()["pushOperationKey"])


async def test_the_overview_leads_to_what_needs_a_person(page, site):
    door, url = site
    await refused(door, 2)
    link = page.locator("tr", has_text="The tax rate is unknown.").locator("text=to look at")
    bar = page.locator("svg.chart rect.Failed")

    async def is_shown():  # the visibility store is behind by a moment
        await page.goto(url)
        return await link.count() and await bar.count()

    await eventually(is_shown)
    await shot(page, "overview")
    await link.first.press("Enter")

    await page.wait_for_selector("table.list")
    reasons = await page.locator(".reason").all_inner_texts()
    assert reasons
    assert all("The tax rate is unknown." in reason for reason in reasons)


async def test_many_are_retried_from_the_list_by_keyboard(page, site):
    door, url = site
    await refused(door, 2)
    door.cluster.codat.connection(seeds.REFUSING).set(refusing=None)

    async def are_listed():
        await page.goto(f"{url}/companies/{seeds.COMPANY}/pushes?words=tax+rate&status=Failed")
        return await page.locator("input[name=push]").count() > 1

    await eventually(are_listed)
    await shot(page, "list")
    await page.press("#all", "Space")
    await page.press("text=Plan a retry of the selected", "Enter")
    await page.wait_for_selector("text=are safe to retry")
    await shot(page, "plan")
    await page.fill("[name=reason]", "The rate is known now")
    await page.press("[name=reason]", "Enter")
    await page.wait_for_selector("progress")

    async def is_done():
        await page.press("text=Look again", "Enter")
        await page.wait_for_selector("progress")
        return await page.locator("text=Done:").count()

    await eventually(is_done)
    assert await page.locator("h2", has_text="retried").count()


async def test_the_list_leads_to_a_push(page, site):
    await page.goto(f"{site[1]}/companies/{seeds.COMPANY}/pushes")
    await page.wait_for_selector("tbody th a")
    await shot(page, "list")
    await page.click("tbody th a >> nth=0")
    await page.wait_for_selector("text=What happened")
