"""The form in a real browser: by mouse, by keyboard, on a phone, with a screen reader's rules."""

from pathlib import Path

import axe_playwright_python
import pytest
import pytest_asyncio

from tests.support.form_documents import ATTACK, HOSTILE, INVOICE
from tests.support.form_page import form_page

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
GOOD = {"reference": "INV-1", "issueDate": "2026-11-20", "status": "Submitted"}


@pytest.fixture(scope="session", name="site")
def _site():
    with form_page({"invoice": INVOICE, "hostile": HOSTILE}) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session", name="page")
async def _page(chromium, site):
    site.accepted.clear()
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(f"{site.url}/invoice")
    yield page
    await context.close()


async def serious_findings(page):
    """Run axe; what it calls serious or critical, with the places."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run()")
    assert found["passes"]
    return [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


async def fill_the_heads(page):
    await page.fill("[name=reference]", "INV-1")
    await page.fill("[name=issueDate]", "2026-11-20")
    await page.select_option("[name=status]", label="Sent")


async def test_a_filled_form_comes_out_as_a_record(page, site):
    await fill_the_heads(page)
    await page.check("[name=paid][type=checkbox]")
    await page.fill("[name='lineItems/0/description']", "Carriage")
    await page.fill("[name='lineItems/0/quantity']", "2.50")
    await page.click("text=Send")
    await page.wait_for_selector("#done")

    lines = [{"description": "Carriage", "quantity": 2.5}]
    assert [GOOD | {"paid": True, "lineItems": lines}] == site.accepted


async def test_an_error_is_shown_beside_its_field_and_corrected(page, site):
    await fill_the_heads(page)
    await page.fill("[name=total]", "0")
    await page.click("text=Send")
    assert "Total must be greater than 0; it is 0." in await page.inner_text(".summary:focus")

    await page.click(".summary a")
    assert "total" == await page.evaluate("document.activeElement.name")
    assert "Must be greater than zero" in await described(page, "total")
    assert "Total must be greater than 0" in await described(page, "total")
    assert ["INV-1", "2026-11-20", "Submitted"] == [
        await page.input_value(f"[name={name}]") for name in GOOD
    ]

    await page.keyboard.type("12.50")
    await page.click("text=Send")
    await page.wait_for_selector("#done")
    assert [GOOD | {"total": 12.5, "paid": False}] == site.accepted


async def described(page, name):
    """Read out what a screen reader says about a field."""
    return await page.evaluate(
        """name => document.querySelector(`[name="${name}"]`).getAttribute("aria-describedby")
        .split(" ").map(id => document.getElementById(id).textContent).join(" ")""",
        name,
    )


async def test_rows_within_rows_are_added_and_removed(page, site):
    await fill_the_heads(page)
    await page.fill("[name='lineItems/0/description']", "first")
    await page.click("text=Add a row to Line Items")
    await page.keyboard.type("second")
    await page.click("text=More for row 2")
    await page.click(
        "#f-lineItems%2F1%2Ftracking >> text=Add a row to Tracking".replace("%", "\\%")
    )
    await page.keyboard.type("north")
    await page.click("text=Add a row to Line Items")
    await page.keyboard.type("third")
    await page.click("tbody.row:has([name='lineItems/0/description']) button.remove")
    assert ["1", "2"] == await page.locator(
        "#f-lineItems > table > .row > tr > th .number"
    ).all_inner_texts()

    await page.click("text=Send")
    await page.wait_for_selector("#done")
    second = {"description": "second", "tracking": [{"id": "north"}]}
    assert [second, {"description": "third"}] == site.accepted[0]["lineItems"]


async def test_the_whole_form_works_by_keyboard_alone(page, site):
    keys = page.keyboard
    assert "reference" == await page.evaluate("document.activeElement.name")
    await keys.type("INV-1")
    await tab_to(page, "issueDate")
    await keys.type("11202026")
    await tab_to(page, "status")
    await keys.type("Sent")
    await tab_to(page, "account")
    await keys.type("275 Account C")
    await tab_to(page, "lineItems/0/description")
    await keys.type("Carriage")
    await keys.press("Enter")
    await page.wait_for_selector("#done")

    assert "acc-275" == site.accepted[0]["account"]
    assert GOOD == {name: site.accepted[0][name] for name in GOOD}


async def tab_to(page, name):
    """Press Tab until a field has the focus."""
    for _ in range(20):
        await page.keyboard.press("Tab")
        if name == await page.evaluate("document.activeElement.name"):
            return
    raise AssertionError(f"no way to {name} by keyboard")


async def test_what_is_missing_is_said_beside_its_field_and_on_top(page, site):
    await page.fill("[name='lineItems/0/description']", "Carriage")
    await page.fill("[name='rate/factor']", "2")
    await page.click("text=Send")
    told = await page.inner_text(".summary:focus")
    assert [
        *("Reference must be given.", "Issue Date must be given.", "Status must be given."),
        "Currency must be given.",
    ] == told.splitlines()[1:]
    assert "Reference must be given." in await described(page, "reference")

    await fill_the_heads(page)
    await page.fill("[name='rate/factor']", "")
    await page.click("text=Send")
    await page.wait_for_selector("#done")
    assert [{"description": "Carriage"}] == site.accepted[0]["lineItems"]


async def test_a_searched_choice_is_sent_as_its_value(page, site):
    await fill_the_heads(page)
    await page.fill("[name=account]", "127 Account B")
    await page.click("text=Send")
    await page.wait_for_selector("#done")

    assert "acc-127" == site.accepted[0]["account"]


async def test_lines_are_summed_up_while_they_are_typed(page):
    await page.fill("[name='lineItems/0/quantity']", "2")
    await page.fill("[name='lineItems/0/unitAmount']", "10.10")
    await page.click("text=Add a row to Line Items")
    await page.fill("[name='lineItems/1/quantity']", "1")
    await page.fill("[name='lineItems/1/unitAmount']", "4")
    await page.fill("[name='lineItems/1/taxAmount']", "0.80")
    assert "Net 24.20, tax 0.80, gross 25.00" == await page.inner_text("#f-lineItems > .totals")

    await page.click("[aria-label='Remove row 2']")
    assert "Net 20.20, tax 0.00, gross 20.20" == await page.inner_text("#f-lineItems > .totals")


@pytest.mark.parametrize("width", [320, 375, 1280])
async def test_nothing_is_cut_off_on_any_screen(page, width):
    await page.set_viewport_size({"width": width, "height": 700})
    await page.click("text=Add a row to Line Items")

    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["blank", "rows", "errors", "missing"])
async def test_an_accessibility_check_has_no_serious_findings(page, state, scheme):
    await page.emulate_media(color_scheme=scheme)
    if state == "missing":
        await page.click("text=Send")
    if state == "rows":
        await page.click("text=Add a row to Line Items")
    if state == "errors":
        await fill_the_heads(page)
        await page.fill("[name=total]", "-1")
        await page.fill("[name='lineItems/0/description']", "Carriage")
        await page.click("text=Send")
        await page.wait_for_selector(".summary")

    assert [] == await serious_findings(page)


async def test_html_and_script_in_labels_are_never_executed(page, site):
    await page.goto(f"{site.url}/hostile")
    await page.locator("button.add").click()
    await page.select_option("select", index=1)
    await page.click("text=Send")
    await page.wait_for_selector("#done")

    assert "A record" == await page.title()
    assert {ATTACK: ATTACK} == site.accepted[0]


async def test_the_form_works_without_javascript(chromium, site):
    site.accepted.clear()
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site.url}/invoice")
    await fill_the_heads(page)
    await page.fill("[name=account]", "200 Account C")
    await page.fill("[name='lineItems/0/quantity']", "1")
    assert 0 == await page.locator("button.add:visible, button.remove:visible").count()

    await page.click("text=Send")
    await page.wait_for_selector("#done")
    await context.close()
    assert "acc-200" == site.accepted[0]["account"]
