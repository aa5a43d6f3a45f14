"""Plans on the real server: their order, failures, joins, holds and cancellation."""

from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError

from dispatch.plans import NoSuchPlan, PlanKeyConflict, find_plan
from dispatch.pushes import Push
from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from tests.support.plans import (
    THREE,
    a_bad_step,
    a_bill,
    a_payment,
    a_step,
    begun,
    id_of,
    plan_of,
    statuses,
    until_state,
)
from tests.support.protocol import protocol, seconds_for_minutes
from workflows.models import Resolution
from workflows.plan.models import (
    CANCELLED,
    HELD,
    INCOMPLETE,
    STOPPED,
    SUCCEEDED,
    WAITING,
)

ACCOUNT = a_step("account", "chartOfAccounts", connectionId=seeds.PROMPT)
MENDED = record("suppliers", number="mended")


def push_of(report, client, name):
    (step,) = [step for step in report.steps if step.name == name]
    return Push(client, step.push_id)


async def test_a_bill_is_pushed_with_its_suppliers_id(devserver):
    async with cluster(devserver) as here:
        report = await (await begun(here, *THREE)).outcome()
        platform = here.codat.connection(seeds.SYNCHRONOUS)
        supplier, bill, payment = here.records
        (pushed,) = [made for made in platform.records("bills") if made["id"] == bill["recordId"]]

        assert (SUCCEEDED, {"Success": 3}) == (report.state, report.counts)
        assert supplier["recordId"] == pushed["record"]["supplierRef"]["id"]
        assert ["suppliers", "bills", "billPayments"] == [
            written["dataType"] for written in (supplier, bill, payment)
        ]
        assert 3 == len(here.posts)


async def test_each_step_is_a_push_with_the_plans_key_and_its_name(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("supplier"), key="keyed")
        report = await plan.outcome()
        push = push_of(report, here.client, "supplier")
        attributes = (await push.describe()).typed_search_attributes

        assert "keyed/supplier" in [pair.value for pair in attributes]


async def test_a_failed_step_is_mended_and_the_plan_goes_on(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_bad_step("supplier"), a_bill(), a_step("other"), key="mended")
        report = await until_state(plan, WAITING)
        before = statuses(report)
        await retry_push(push_of(report, here.client, "supplier"), data=MENDED)
        ended = await plan.outcome()

        assert {"supplier": "Failed", "bill": "Waiting", "other": "Success"} == before
        assert SUCCEEDED == ended.state
        assert 3 == len(here.posts)


async def test_a_step_may_fail_more_than_once(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_bad_step("supplier"), key="twice")
        push = push_of(await until_state(plan, WAITING), here.client, "supplier")
        await retry_push(push, data={"phone": "2"})
        await push.outcome()
        await retry_push(push, data=MENDED)

        assert SUCCEEDED == (await plan.outcome()).state


async def test_an_unknown_that_a_person_resolves_lets_the_plan_go_on(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        plan = await begun(here, ACCOUNT, a_step("last", after=["account"]), key="unknown")
        report = await until_state(plan, WAITING)
        push = push_of(report, here.client, "account")
        (candidate,) = (await push.outcome()).candidates
        await retry_push(push, settlement=Resolution(adopt=candidate.push_operation_key))

        assert "Unknown" == statuses(report)["account"]
        assert SUCCEEDED == (await plan.outcome()).state


async def test_stop_ends_the_plan_with_the_first_failure(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_bad_step("supplier"), a_bill(), key="stopped", onFailure="stop")
        report = await plan.outcome()

        assert STOPPED == report.state
        assert {"supplier": "Failed", "bill": "NotStarted"} == statuses(report)


async def test_skip_goes_on_without_what_depends_on_a_failure(devserver):
    async with cluster(devserver) as here:
        steps = a_bad_step("supplier"), a_bill(), a_payment(), a_step("other")
        last = a_step("last", after=["other"])
        plan = await begun(here, *steps, last, key="skipped", onFailure="skip")
        report = await plan.outcome()

        assert INCOMPLETE == report.state
        assert {
            "supplier": "Failed",
            "bill": "Skipped",
            "payment": "Skipped",
            "other": "Success",
            "last": "Success",
        } == statuses(report)


async def test_the_same_plan_again_joins_and_another_is_refused(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, *THREE, key="joined")
        await plan.outcome()
        again = await begun(here, *THREE, key="joined")
        with pytest.raises(PlanKeyConflict, match="of the step bill, /after differs"):
            await begun(here, THREE[0], {**a_bill(), "after": ["supplier"]}, key="joined")

        assert (True, False) == (plan.is_new, again.is_new)
        assert SUCCEEDED == (await again.report()).state
        assert 3 == len(here.posts)


async def test_a_held_plan_starts_nothing_until_it_goes_on(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("supplier"), a_bill(), key="held")
        await plan.steer("hold")
        await until_state(plan, HELD)
        await plan.steer("continue")

        assert SUCCEEDED == (await plan.outcome()).state


async def test_a_cancelled_plan_sends_nothing_more_and_can_go_on(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_bad_step("supplier"), a_bill(), key="cancelled")
        push = push_of(await until_state(plan, WAITING), here.client, "supplier")
        await plan.steer("cancel")
        ended = await plan.outcome()
        await retry_push(push, data=MENDED)
        await push.outcome()
        sent = len(here.posts)
        await plan.steer("continue")

        assert (CANCELLED, "NotStarted") == (ended.state, statuses(ended)["bill"])
        assert 1 == sent
        assert SUCCEEDED == (await plan.outcome()).state
        assert 2 == len(here.posts)


async def test_a_cancel_from_temporal_cancels_what_was_not_sent(devserver):
    async with cluster(devserver) as here:
        here.codat.fault("throttle", method="GET", times=1000)
        plan = await begun(here, a_step("supplier"), a_bill(), key="cancel")

        async def started() -> bool:
            return statuses(await plan.report())["supplier"] == "Pending"

        await eventually(started)
        await plan.handle.cancel()
        report = await plan.outcome()

        assert CANCELLED == report.state
        assert {"supplier": "Failed", "bill": "NotStarted"} == statuses(report)
        assert [] == here.posts


async def test_a_push_that_was_started_by_hand_is_joined(devserver):
    async with cluster(devserver) as here:
        step = a_step("supplier", connectionId=seeds.SLOW)
        await here.push(
            connection_id=step["connectionId"],
            data_type="suppliers",
            data=step["data"],
            idempotency_key="by-hand/supplier",
        )
        report = await (await begun(here, a_step("supplier"), key="by-hand")).outcome()

        assert SUCCEEDED == report.state


async def test_a_key_of_another_record_fails_the_step_alone(devserver):
    async with cluster(devserver) as here:
        await here.push(
            connection_id=seeds.SYNCHRONOUS,
            data_type="suppliers",
            data=MENDED,
            idempotency_key="taken/supplier",
        )
        plan = await begun(here, a_step("supplier"), a_step("other"), key="taken")
        report = await until_state(plan, WAITING)
        (step, _) = report.steps

        assert {"supplier": "Failed", "other": "Success"} == statuses(report)
        assert "belongs to a push of another record" in step.message


async def test_a_terminated_push_is_found_by_continue(devserver):
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("supplier", connectionId=seeds.OFFLINE), key="terminated")

        async def sent() -> Any:
            return here.posts

        await eventually(sent)
        push = push_of(await plan.report(), here.client, "supplier")
        await push.handle.terminate()
        await plan.steer("continue")
        report = await until_state(plan, WAITING)

        assert "Unknown" == statuses(report)["supplier"]


async def test_an_update_may_name_the_record_of_an_earlier_step(devserver):
    async with cluster(devserver) as here:
        update = a_step("update", recordId=id_of("supplier"), data=MENDED)
        report = await (await begun(here, a_step("supplier"), update, key="update")).outcome()

        assert SUCCEEDED == report.state
        assert ["POST", "PUT"] == [post["method"] for post in here.posts]
        assert here.posts[1]["path"].endswith(here.records[0]["recordId"])


async def test_a_wrong_input_by_name_fails_the_plan_in_a_sentence(devserver):
    async with cluster(devserver) as here:
        with pytest.raises(WorkflowFailureError) as failure:
            await here.client.execute_workflow(
                "plan", {"key": "x"}, id=f"plan-{uuid4()}", task_queue=here.task_queue
            )

        assert "/companyId: it is missing" in str(failure.value.cause)


async def test_a_plan_by_name_needs_its_own_id(devserver):
    async with cluster(devserver) as here:
        with pytest.raises(WorkflowFailureError) as failure:
            await here.client.execute_workflow(
                "plan",
                plan_of(*THREE).content,
                id=f"plan-{uuid4()}",
                task_queue=here.task_queue,
            )

        assert "does not belong to this plan" in str(failure.value.cause)


async def test_no_plan_is_no_such_plan(devserver):
    with pytest.raises(NoSuchPlan):
        await find_plan(devserver.client, uuid4())
