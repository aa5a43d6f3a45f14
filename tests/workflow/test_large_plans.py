"""Plans that do not fit into a payload: kept in the store for large payloads, or refused."""

import pytest

from dispatch.plans import MAX_PLAN_BYTES
from emulator.examples import record
from surepush_client.errors import PlanTooLarge
from surepush_client.plan_models import PlanRequest
from surepush_client.plans import start_plan
from tests.support.cluster import cluster
from tests.support.large_payloads import beside
from tests.support.plans import a_step, begun, plan_of
from workflows.plan.models import SUCCEEDED

LINES, MANY_LINES, STEPS = 400, 2_250, 3


def a_long_bill(name, lines, **more):
    bill = record("bills", number=name)
    (line, *_) = bill["lineItems"]
    lines = [{**line, "description": "x" * 1_000}] * lines
    total = line["unitAmount"] * line["quantity"] * len(lines)
    return a_step(name, "bills", data=bill | {"lineItems": lines, "totalAmount": total}, **more)


def long_steps(lines):
    return [
        a_step("supplier"),
        *(a_long_bill(f"b{n}", lines, after=["supplier"]) for n in range(STEPS)),
    ]


async def test_a_plan_in_the_large_store_runs(devserver, tmp_path):
    plan = plan_of(*long_steps(LINES), key="large")
    async with cluster(beside(devserver, tmp_path)) as here:
        started = await begun(here, *long_steps(LINES), key="large")
        report = await started.outcome()
        events = (await started.handle.fetch_history()).events

        assert (SUCCEEDED, 1 + STEPS) == (report.state, len(here.posts))
        assert MAX_PLAN_BYTES < len(str(plan.content))
        assert max(one.ByteSize() for one in events) < 20_000


async def test_a_plan_that_temporal_does_not_take_is_refused_in_words(devserver):
    plan = plan_of(*long_steps(MANY_LINES // STEPS), key="too-large")

    with pytest.raises(PlanTooLarge, match="PUSH_LARGE_DIRECTORY"):
        await start_plan(devserver.client, PlanRequest.model_validate(plan.content))
