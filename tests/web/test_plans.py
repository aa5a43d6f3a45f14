"""Plans through the front door: the API, and the page that draws the graph."""

import asyncio
import json
from typing import Any, cast
from uuid import uuid4

import pytest_asyncio

from emulator import seeds
from surepush_client.payloads import to_plain
from tests.support.eventually import eventually
from tests.support.front_door import BOUND_KEY, basic
from tests.support.plans import THREE, a_bad_step, a_bill, a_step, plan_of
from tests.web.test_pages_sessions import browser, logged_in, token_in

PLANS = f"/companies/{seeds.COMPANY}/plans"


def body(*steps, **more):
    content = cast("dict[str, Any]", to_plain(plan_of(*steps, **more).content))
    return {name: value for name, value in content.items() if name != "companyId"}


async def started(door, *steps, **more):
    answer = await door.http.post(PLANS, json=body(*steps, **more))
    assert 202 == answer.status_code, answer.text
    return f"{PLANS}/{answer.json()['planId']}"


async def stands(door, path, state):
    async def check():
        return (await door.http.get(path)).json()["state"] == state

    await eventually(check)
    return (await door.http.get(path)).json()


@pytest_asyncio.fixture(loop_scope="session", name="page")
async def _page(door):
    async with browser(door) as http:
        await logged_in(http)
        yield http


async def test_a_plan_is_started_and_read(door):
    path = await started(door, *THREE, key="web")
    report = await stands(door, path, "succeeded")

    assert {"Success": 3} == report["counts"]
    assert ["supplier"] == report["steps"][1]["after"]


async def test_the_same_body_joins_and_another_is_422(door):
    first = await started(door, a_step("supplier"), key="again")
    second = await started(door, a_step("supplier"), key="again")
    other = await door.http.post(PLANS, json=body(a_step("another"), key="again"))

    assert first == second
    assert 422 == other.status_code
    assert "the step another is new" in other.json()["error"]


async def test_a_wrong_plan_is_400_with_every_fault(door):
    wrong = body(*THREE)
    wrong["steps"][0]["dataType"], wrong["steps"][1]["after"] = "boats", ["nobody"]
    answer = await door.http.post(PLANS, json=wrong)

    assert 400 == answer.status_code
    assert "/steps/0/dataType" in answer.json()["error"]
    assert "/steps/1/after/0: there is no step nobody" in answer.json()["error"]


async def test_what_the_plan_itself_writes_is_refused(door):
    for field, value in (("resume", {}), ("startedBy", "x"), ("companyId", seeds.OTHER_COMPANY)):
        answer = await door.http.post(PLANS, json={**body(*THREE), field: value})

        assert 400 == answer.status_code
        assert field in answer.json()["error"]


async def test_another_companys_plan_is_none(door):
    path = await started(door, a_step("supplier"), key="owned")
    elsewhere = path.replace(seeds.COMPANY, seeds.OTHER_COMPANY)

    assert 404 == (await door.http.get(elsewhere)).status_code
    assert 403 == (await door.http.get(path, headers=basic(BOUND_KEY))).status_code
    assert 404 == (await door.http.get(f"{PLANS}/{uuid4()}")).status_code


async def test_a_plan_is_held_continued_and_cancelled(door):
    path = await started(door, a_bad_step("supplier"), a_bill(), key="steered")
    await stands(door, path, "waiting for a step to be mended")
    await door.http.post(f"{path}/hold")
    await stands(door, path, "held")
    await door.http.post(f"{path}/continue")
    await stands(door, path, "waiting for a step to be mended")
    await door.http.post(f"{path}/cancel")
    await stands(door, path, "cancelled")

    assert 409 == (await door.http.post(f"{path}/hold")).status_code


async def test_a_steps_push_tells_which_key_asked_for_it(door):
    path = await started(door, a_step("supplier"), key="started-by")
    await stands(door, path, "succeeded")
    client = door.cluster.client
    report = (await door.http.get(path)).json()
    handle = client.get_workflow_handle(f"push-{report['steps'][0]['pushId']}")
    attributes = (await handle.describe()).typed_search_attributes

    assert "all" in [pair.value for pair in attributes]


async def test_the_page_draws_each_step_as_a_link_with_a_name(door, page):
    path = await started(door, a_bad_step("supplier"), a_bill(), key="drawn")
    report = await stands(door, path, "waiting for a step to be mended")
    html = (await page.get(f"{path}/page")).text

    assert '<svg width="416"' in html
    assert 'aria-label="supplier: suppliers, Failed"' in html
    assert 'aria-label="bill: bills, Waiting, after supplier"' in html
    assert f"/companies/{seeds.COMPANY}/pushes/{report['steps'][0]['pushId']}" in html


async def test_the_page_steers_the_plan(door, page):
    path = await started(door, a_bad_step("supplier"), key="buttons")
    await stands(door, path, "waiting for a step to be mended")
    html = (await page.get(f"{path}/page")).text
    answer = await page.post(f"{path}/page/cancel", data={"_csrf": token_in(html)})
    forged = await page.post(f"{path}/page/hold", data={"_csrf": "x"})

    assert (303, 403) == (answer.status_code, forged.status_code)
    await stands(door, path, "cancelled")


async def test_the_page_follows_the_plan_to_its_end(door, page):
    path = await started(door, a_bad_step("supplier"), a_bill("followed"), key="followed")
    report = await stands(door, path, "waiting for a step to be mended")
    stream = asyncio.create_task(page.get(f"{path}/page/events"))
    await door.mend(report["steps"][0]["pushId"], a_step("mended")["data"])
    told = (await stream).text
    states = [json.loads(row[6:]) for row in told.splitlines() if row.startswith('data: "')]

    assert "Succeeded" in states[-1]
    assert told.endswith("event: end\ndata: {}\n\n")


async def test_openapi_describes_plans(door):
    paths = (await door.http.get("/openapi.json")).json()["paths"]

    assert {"post"} == set(paths["/companies/{companyId}/plans"])
    assert {"get"} == set(paths["/companies/{companyId}/plans/{planId}"])
