"""What a plan costs besides its pushes, and how it goes on in a new run."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from dispatch.plan_check import plan_actions
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.plans import THREE, a_bad_step, a_bill, a_step, begun, plan_of, until_state
from tests.workflow.test_cost import COUNTED
from tests.workflow.test_plan_waits import learned, three
from tests.workflow.test_plans import MENDED, push_of
from workflows.attributes import COMPANY_ID
from workflows.plan.models import SUCCEEDED, WAITING

SUPPLIER = {"connection_id": seeds.SYNCHRONOUS, "data": MENDED}


async def billed(workflow):
    """The events of its latest run that are billed."""
    events = (await workflow.handle.fetch_history()).events
    return [EventType.Name(one.event_type) for one in events if one.event_type in COUNTED]


async def added(here, *steps, **more):
    """The actions that a plan adds to what its pushes cost where each is started by hand."""
    report = await (plan := await begun(here, *steps, **more)).outcome()
    pushes = [push_of(report, here.client, step.name) for step in report.steps]
    by_hand = [await here.push(data_type="suppliers", **SUPPLIER) for _ in pushes]
    for push in by_hand:
        await push.outcome()
    costs = [len(await billed(one)) for one in [plan, *pushes]]
    return sum(costs) - sum([len(await billed(push)) for push in by_hand])


@pytest.mark.parametrize(
    ("steps", "cost"),
    [
        pytest.param([a_step("one")], 3, id="one"),
        pytest.param([a_step(f"s{n}") for n in range(5)], 7, id="five at once"),
    ],
)
async def test_a_plan_adds_at_most_three_actions_a_step(devserver, steps, cost):
    async with cluster(devserver) as here:
        found = await added(here, *steps, key=f"added-{len(steps)}")

        assert cost == found
        assert found <= 3 * len(steps)


async def test_a_step_that_is_mended_adds_its_second_end_alone(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_bad_step("supplier"), key="mended-cost")
        push = push_of(await until_state(plan, WAITING), here.client, "supplier")
        await push.outcome()
        await retry_push(push, data=MENDED)
        await plan.outcome()

        assert 4 == len(await billed(plan))


async def test_three_steps_cost_four_actions_more_where_each_is_quick(devserver, monkeypatch):
    async with cluster(devserver) as here:
        await learned(here, monkeypatch)
        found = await added(here, *three("c"), key="quick")

        assert 4 == found < plan_actions(plan_of(*THREE))


async def test_three_steps_cost_seven_actions_more(devserver):
    async with cluster(devserver) as here:
        assert 7 == await added(here, *THREE, key="unknown") == plan_actions(plan_of(*THREE))


async def test_steps_that_start_at_once_share_an_action(devserver):
    async with cluster(devserver) as here:
        steps = [a_step(f"s{number}") for number in range(20)]
        plan = await begun(here, *steps, key="layer")
        await plan.outcome()

        assert 22 == len(await billed(plan))


@pytest.mark.parametrize(
    ("attributes", "cost"),
    [
        pytest.param(None, 4, id="without its company"),
        pytest.param([SearchAttributePair(COMPANY_ID, seeds.COMPANY)], 3, id="with its company"),
    ],
)
async def test_a_plan_by_name_may_bring_its_company(devserver, attributes, cost):
    async with cluster(devserver) as here:
        plan = plan_of(a_step("supplier"), key=f"by-name-{cost}")
        handle = await here.client.start_workflow(
            "plan",
            plan.content,
            id=plan.workflow_id,
            task_queue=here.task_queue,
            search_attributes=attributes and TypedSearchAttributes(attributes),
        )
        report = await handle.result()
        events = (await handle.fetch_history()).events

        assert "succeeded" == report["state"]
        assert cost == len([one for one in events if one.event_type in COUNTED])


async def test_no_record_is_in_a_plans_history_but_in_its_input(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("supplier", data=MENDED), a_bill(), key="records")
        await plan.outcome()
        _, *later = (await plan.handle.fetch_history()).events

        assert not [
            one for one in later if MENDED["supplierName"].encode() in one.SerializeToString()
        ]


@pytest.mark.parametrize("most", [1, 5])
async def test_a_long_plan_goes_on_in_new_runs(devserver, monkeypatch, most):
    monkeypatch.setattr("workflows.plan.workflow.MAX_EVENTS", most)
    async with cluster(devserver) as here:
        first = a_step("s0")
        chain = [a_step(f"s{n}", after=[f"s{n - 1}"]) for n in range(1, 8)]
        plan = await begun(here, first, a_bill("bill", "s0", after=["s6"]), *chain, key=f"l{most}")
        run = (await plan.describe()).run_id
        report = await plan.outcome()

        assert (SUCCEEDED, 9) == (report.state, len(here.posts))
        assert run != (await plan.describe()).run_id


async def test_a_mended_step_goes_on_in_a_later_run(devserver, monkeypatch):
    monkeypatch.setattr("workflows.plan.workflow.MAX_EVENTS", 10)
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("first"), a_bad_step("supplier"), a_bill(), key="later")
        report = await until_state(plan, WAITING)
        await retry_push(push_of(report, here.client, "supplier"), data=MENDED)

        assert SUCCEEDED == (await plan.outcome()).state
        assert [seeds.SYNCHRONOUS] * 3 == [one["connectionId"] for one in here.records]
