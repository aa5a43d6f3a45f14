"""Workflows of another namespace run plans through Nexus, and backends with surepush-client."""

from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio

from dispatch.payloads.converter import CONVERTER
from dispatch.plans import StartedPlan
from emulator.examples import record
from surepush_client.errors import InvalidPlanRequest, NoSuchPlan, PlanEnded, PlanKeyConflict
from surepush_client.nexus import PushRetry, report_of_failure
from surepush_client.plan_models import SUCCEEDED, WAITING, PlanRequest
from surepush_client.plans import Plan, start_plan
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from tests.support.nexus_caller import Planning, Retrying, calling
from tests.support.plans import THREE, a_bad_step, a_step, plan_of, until_state

pytestmark = pytest.mark.timeout(100)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="caller")
async def _caller(devserver):
    workflows = (Planning, Retrying)
    async with (
        cluster(devserver) as house,
        calling(house, "planning", CONVERTER, workflows) as caller,
    ):
        yield caller


def a_plan(*steps, **more):
    """A plan as a caller's package makes it."""
    return PlanRequest.model_validate(plan_of(*steps, key=str(uuid4()), **more).content)


async def test_a_plan_is_run_and_joined_through_nexus(caller):
    plan = a_plan(*THREE)
    report = await caller.run(Planning.run, plan)

    assert (SUCCEEDED, {"Success": 3}) == (report.state, report.counts)
    assert report == await caller.run(Planning.run, plan)


async def test_a_plan_that_stops_fails_the_operation_with_its_report(caller):
    plan = a_plan(a_bad_step("supplier"), onFailure="stop")
    failures = [await caller.failure(Planning.run, plan) for _ in range(2)]
    (first, again) = [report_of_failure(failure) for failure in failures]

    assert first
    assert ("stopped", {"Failed": 1}) == (first.state, first.counts)
    assert first == again


async def test_a_step_that_is_retried_through_nexus_ends_the_plan(caller):
    plan = a_plan(a_bad_step("supplier"))
    running = await caller.start(Planning.run, plan)
    await eventually(lambda: is_there(caller, plan))
    await until_state(StartedPlan(caller.house.client, plan.plan_id), WAITING)
    names = {"connectionId": plan.steps[0].push["connectionId"], "dataType": "suppliers"}
    key = {"companyId": plan.company_id, "idempotencyKey": f"{plan.key}/supplier"}
    mended = record("suppliers", number="mended")
    await caller.run(Retrying.run, PushRetry(**names, **key, data=mended))

    assert SUCCEEDED == (await running.result()).state


async def is_there(caller, plan):
    try:
        return await Plan(caller.house.client, plan.plan_id).describe()
    except NoSuchPlan:
        return None


async def test_what_is_no_plan_and_another_plan_are_refused(caller):
    plan = a_plan(a_step("supplier"))
    await caller.run(Planning.run, plan)
    other = PlanRequest.model_validate(plan.content | {"onFailure": "skip"})
    circle = PlanRequest.model_validate(plan.content | {"steps": [a_step("a", after=["a"])]})

    assert "/onFailure differs" in str((await caller.failure(Planning.run, other)).cause)
    assert "wait for each other" in str((await caller.failure(Planning.run, circle)).cause)


async def test_a_backend_starts_joins_and_awaits_a_plan(caller):
    here, plan = (
        caller.house,
        a_plan(
            a_step(
                "supplier",
                data={"supplierName": "M", "status": "Active", "balance": Decimal("1.10")},
            )
        ),
    )
    first = await start_plan(here.client, plan, here.task_queue)
    again = PlanRequest.model_validate(plan.content)
    again.steps[0].push["data"]["balance"] = Decimal("1.1")
    joined = await start_plan(here.client, again, here.task_queue)
    other = PlanRequest.model_validate(plan.content | {"onFailure": "skip"})

    assert (True, False) == (first.is_new, joined.is_new)
    assert SUCCEEDED == (await joined.outcome()).state
    with pytest.raises(PlanKeyConflict, match=plan.key):
        await start_plan(here.client, other, here.task_queue)


async def test_a_backend_learns_of_other_ends_of_a_plan(caller):
    here, bad = caller.house, a_plan(a_bad_step("supplier"), onFailure="stop")
    circle = PlanRequest.model_validate(
        a_plan(a_step("a")).content | {"steps": [a_step("a", after=["a"])]}
    )
    refused = await start_plan(here.client, circle, here.task_queue)
    waiting = await start_plan(here.client, a_plan(a_bad_step("supplier")), here.task_queue)
    await waiting.handle.terminate()

    assert (
        "stopped" == (await (await start_plan(here.client, bad, here.task_queue)).outcome()).state
    )
    with pytest.raises(InvalidPlanRequest, match="wait for each other"):
        await refused.outcome()
    with pytest.raises(PlanEnded):
        await waiting.outcome()
    with pytest.raises(NoSuchPlan):
        await Plan(here.client, uuid4()).outcome()
