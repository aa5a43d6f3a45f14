"""A person's way with a plan: its page is read by keyboard, follows live, and fits a phone."""

from uuid import UUID, uuid4

from dispatch.plans import StartedPlan
from dispatch.pushes import Push
from dispatch.retries import retry_push
from emulator.examples import record
from tests.browser.test_gateway_pages import _page, _site, is_fit, shot  # noqa: F401, fixtures
from tests.support.plans import a_bad_step, a_bill, a_payment, a_step, id_of, until_state
from tests.web.test_plans import started
from workflows.plan.models import WAITING

LONG = "another-supplier-whose-name-is-as-long-as-a-step-may-be-called"
STEP = "svg [aria-label^='{}:']"


async def a_waiting_plan(door):
    """Give the path of a plan whose supplier has failed, and that supplier's push."""
    key = uuid4().hex[:8]
    bill = record("bills", number=key) | {"supplierRef": {"id": id_of("supplier")}}
    other = a_step(LONG, data=record("suppliers", number=key))
    steps = a_bad_step("supplier"), other, a_bill(data=bill), a_payment()
    path = await started(door, *steps, key=key)
    client = door.cluster.client
    report = await until_state(StartedPlan(client, UUID(path.rpartition("/")[2])), WAITING)
    push_id = report.steps[0].push_id
    assert push_id
    push = Push(client, push_id)
    await push.outcome()
    return path, push


async def test_the_page_of_a_plan_follows_it_live_and_keeps_the_focus(page, site):
    door, url = site
    path, push = await a_waiting_plan(door)
    await page.goto(f"{url}{path}/page")
    await page.wait_for_selector("text=Waiting for a step to be mended")
    await shot(page, "plan-waiting")
    assert True is await is_fit(page)
    await page.focus(STEP.format("payment"))
    mended = record("suppliers", number=push.push_id.hex[:8])
    await retry_push(push, data=mended, task_queue=door.cluster.task_queue)

    await page.wait_for_selector(".status.Success", timeout=60_000)  # by itself
    await shot(page, "plan-succeeded")
    assert True is await is_fit(page)
    assert 4 == await page.locator("svg [role=listitem].Success").count()
    label = await page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("payment: billPayments, Success, after bill")


async def test_the_steps_of_a_plan_are_walked_by_tab(page, site):
    door, url = site
    path, push = await a_waiting_plan(door)
    await page.goto(f"{url}{path}/page")
    await page.focus("[aria-label='The plan as a graph']")
    labels = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        labels.append(await page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert ["supplier", LONG, "bill", "payment"] == [one.partition(":")[0] for one in labels]
    await page.focus(STEP.format("supplier"))
    await page.keyboard.press("Enter")

    await page.wait_for_url(f"**/pushes/{push.push_id}")
    await page.wait_for_selector(".status.Failed")


async def test_a_plan_is_held_and_cancelled_by_keyboard(page, site):
    door, url = site
    path, _ = await a_waiting_plan(door)
    await page.goto(f"{url}{path}/page")
    await page.press("button:text-is('Hold')", "Enter")
    await page.wait_for_selector("text=Held")
    assert 0 == await page.locator("button:text-is('Hold')").count()
    await page.press("button:text-is('Cancel')", "Enter")
    await page.wait_for_selector(".badge:text-is('Cancelled')")

    assert 2 == await page.locator("svg [role=listitem].NotStarted").count()
    assert True is await is_fit(page)
