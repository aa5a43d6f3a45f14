"""Every page at two widths, light and dark: axe, size, by keyboard, and without script."""

from uuid import UUID, uuid4

import pytest_asyncio

from activities.holds import Hold
from codat.clock import utc_now
from dispatch.holds import ask_to_hold
from dispatch.pushes import Push
from emulator import seeds
from emulator.examples import record
from gateway.app import build_app
from tests.browser.test_gateway_pages import MAX_BYTES, WIDTHS, is_fit, shot
from tests.browser.test_plan_page import a_waiting_plan
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import KEY, front_door

PUSHES = f"/companies/{seeds.COMPANY}/pushes"
NEW = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push"


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="site")
async def _site(devserver):
    """The address of a front door, and its pages: what each must show, by name and path."""
    async with front_door(devserver) as door, served(build_app(door.parts)) as url:
        door.cluster.codat.connection(seeds.REFUSING).set(refusing="The period is closed.")
        failed = await pushed(door, seeds.REFUSING)
        unclear = await pushed(door, seeds.SHAKY)
        await Push(door.cluster.client, UUID(unclear)).outcome()
        plan, _ = await a_waiting_plan(door)
        wish = Hold(data_type="items", reason="Stock is counted.", by="Ada", since=utc_now())
        company, queue = UUID(seeds.COMPANY), door.cluster.task_queue
        await ask_to_hold(door.cluster.client, company, wish, task_queue=queue)
        succeeded = await pushed(door, seeds.PROMPT)
        yield (
            url,
            {
                "overview": ("/", "Stock is counted."),
                "list": (PUSHES, "The period is closed."),
                "success": (f"{PUSHES}/{succeeded}", "What happened"),
                "failure": (f"{PUSHES}/{failed}", "What to do first"),
                "settle": (f"{PUSHES}/{unclear}", "Resolve this push"),
                "edit": (f"{PUSHES}/{failed}/edit", "Retry with this"),
                "plan": (f"{plan}/page", "Waiting for a step to be mended"),
                "invoice": (f"{NEW}/invoices/new", "Push it"),
                "api": ("/docs", "Idempotency-Key"),
                "missing": (f"{PUSHES}/{uuid4()}", "There is no push"),
            },
        )


async def pushed(door, connection):
    """Push a supplier and wait for its end; its key."""
    answer = await door.http.post(door.path(connection=connection), json=record("suppliers"))
    key = answer.json()["pushOperationKey"]
    await door.ended(key)
    return key


async def visitor(chromium, url, **more):
    """Somebody at the login page."""
    context = await chromium.new_context(viewport={"width": 1200, "height": 800}, **more)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    await page.goto(f"{url}/login")
    return page


async def log_in(page):
    await page.fill("[name=name]", "all")
    await page.fill("[name=key]", KEY)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:text('Overview')")


async def show(page, url, path, text):
    """Load a page until it shows what is in Temporal's list, which is behind by a moment."""

    async def is_shown():
        await page.goto(url + path)
        return text in await page.inner_text("body")

    await eventually(is_shown)


async def test_each_page_is_fit_and_can_be_walked_by_keyboard(chromium, site):
    url, pages = site
    page = await visitor(chromium, url)
    await walk(page, "login")
    await log_in(page)
    for name, (path, text) in pages.items():
        await show(page, url, path, text)
        await walk(page, name)
    await page.goto(f"{url}{NEW}/suppliers/new")
    await page.click("text=Push it")
    await walk(page, "wrong")
    await page.goto(f"{url}{PUSHES}?status=Failed")
    await page.check("input[name=push] >> nth=0")
    await page.click("text=Plan a retry of the selected")
    await page.wait_for_selector("text=Nothing has been done yet.")
    await walk(page, "bulk-plan")
    await page.fill("[name=reason]", "The period is open again")
    await page.click("text=Retry them")
    await page.wait_for_selector("progress")
    await walk(page, "bulk")
    await page.context.close()


async def walk(page, name):
    """Look at a page at both widths, in both colours, and go through it by keyboard."""
    for width in WIDTHS.values():
        await page.set_viewport_size({"width": width, "height": 800})
        await shot(page, name)

        assert (name, True) == (name, await is_fit(page))
        assert (name, width, []) == (name, width, await unreachable(page))


async def unreachable(page):
    """Go through the page with Tab alone; what a pointer could reach and the keyboard did not.

    Also what has the focus without showing it.
    """
    left = await page.evaluate(
        """() => {
          const all = [...document.querySelectorAll(
            "a[href], button, input:not([type=hidden]), select, textarea, summary")];
          window.toReach = new Set(all.filter((element) => element.checkVisibility()
            && !element.disabled && element.closest("template") === null));
          document.addEventListener("focusin", ({ target }) => {
            const style = getComputedStyle(target);
            const isSeen = style.outlineStyle !== "none" || style.boxShadow !== "none";
            if (isSeen) window.toReach.delete(target);
          });
          document.body.tabIndex = -1;
          document.body.focus();
          return window.toReach.size;
        }"""
    )
    for presses in (left, *[5] * (left // 2)):  # a field for a date has several stops
        for _ in range(presses):
            await page.keyboard.press("Tab")
        if not await page.evaluate("window.toReach.size"):
            break
    for radio in await page.locator("input[type=radio]").all():  # one stop, and arrows from there
        await radio.focus()
        await page.keyboard.press("ArrowDown")
    return await page.evaluate("[...window.toReach].map((each) => each.outerHTML.slice(0, 120))")


async def test_each_page_can_be_read_without_script_and_is_small(chromium, site):
    url, pages = site
    page = await visitor(chromium, url, java_script_enabled=False)
    await log_in(page)
    for name, (path, text) in pages.items():
        answer = await page.goto(url + path)

        assert (name, True) == (name, text in await page.inner_text("body"))
        assert (name, True) == (name, len(await answer.body()) < MAX_BYTES)
    await page.context.close()
