"""A plan waits for a push that is over at once, and is told of all others; no start gets lost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dispatch.plan_steps import StepStarter
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.cluster import cluster
from tests.support.plans import a_bad_step, a_bill, a_step, begun, statuses, until_state
from tests.workflow.test_plans import MENDED, push_of
from workflows.plan import workflow as plan_workflow
from workflows.plan.models import CANCELLED, HELD, SUCCEEDED, WAITING


def three(key):
    """Three suppliers in a row."""
    steps = [a_step(f"{key}1"), a_step(f"{key}2", after=[f"{key}1"])]
    return [*steps, a_step(f"{key}3", after=[f"{key}2"])]


async def learned(here, monkeypatch):
    """Let the worker see that suppliers are quick, on a loaded machine, too."""
    monkeypatch.setattr("dispatch.plan_waits.SHORT", timedelta(seconds=20))
    await (await begun(here, *three("l"), key=uuid4().hex)).outcome()


async def told(plan):
    """How often pushes have told the plan of their ends."""
    events = (await plan.handle.fetch_history()).events
    return len(
        [one for one in events if one.HasField("workflow_execution_signaled_event_attributes")]
    )


async def test_a_push_that_is_waited_for_tells_nobody(devserver, monkeypatch):
    async with cluster(devserver) as here:
        await learned(here, monkeypatch)
        plan = await begun(here, *three("q"), key="quick")

        assert SUCCEEDED == (await plan.outcome()).state
        assert 0 == await told(plan)


async def test_pushes_that_start_at_once_are_waited_for_together(devserver, monkeypatch):
    async with cluster(devserver) as here:
        await learned(here, monkeypatch)
        plan = await begun(here, *(a_step(f"w{number}") for number in range(5)), key="wide")

        assert SUCCEEDED == (await plan.outcome()).state
        assert 0 == await told(plan)


async def test_a_push_that_takes_longer_than_thought_tells_the_plan(devserver, monkeypatch):
    async with cluster(devserver) as here:
        await learned(here, monkeypatch)
        monkeypatch.setattr("dispatch.plan_waits.SHORT", timedelta(seconds=0.5))
        here.codat.connection(seeds.SYNCHRONOUS).set(synchronous=False, delay=1.2)
        plan = await begun(here, *three("s"), key="slow")

        assert SUCCEEDED == (await plan.outcome()).state
        assert (6, 3) == (len(here.posts), await told(plan))


async def test_a_push_that_was_waited_for_tells_of_its_later_runs(devserver, monkeypatch):
    async with cluster(devserver) as here:
        await learned(here, monkeypatch)
        after = a_step("next", after=["supplier"])
        plan = await begun(here, a_bad_step("supplier"), after, key="bad")
        report = await until_state(plan, WAITING)
        before = await told(plan)
        await retry_push(push_of(report, here.client, "supplier"), data=MENDED)

        assert SUCCEEDED == (await plan.outcome()).state
        assert (0, 1) == (before, await told(plan))


@pytest.mark.parametrize("wish", ["cancel", "hold"])
async def test_a_start_in_a_lost_task_is_found(devserver, monkeypatch, wish):
    """The task that starts the supplier fails once, and the wish is there when it comes again."""
    lost: list[str] = []
    start, ask_for = StepStarter.start, plan_workflow.ask_for

    async def start_and_wish(self: Any, ask: Any, execution: Any) -> Any:
        found = await start(self, ask, execution)
        if not lost:
            await self._client.get_workflow_handle(execution.workflow_id).signal(wish)
        return found

    async def lose_the_first(*given: Any) -> Any:
        found = await ask_for(*given)
        if not lost:
            lost.append("supplier")
            raise RuntimeError("the task is lost")
        return found

    monkeypatch.setattr(StepStarter, "start", start_and_wish)
    monkeypatch.setattr(plan_workflow, "ask_for", lose_the_first)
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("supplier"), a_bill(), key=f"lost-{wish}")
        report = await until_state(plan, {"cancel": CANCELLED, "hold": HELD}[wish])

        assert statuses(report)["supplier"] in ("Success", "Pending")
        assert 1 == len(here.posts)


async def test_a_late_worker_that_has_the_task_still_starts_steps(devserver, monkeypatch):
    monkeypatch.setattr("dispatch.plan_task.PROMPT", timedelta())
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("s1"), key="late")

        assert SUCCEEDED == (await plan.outcome()).state
        assert 0 == await asked_of_workers(plan)


async def test_a_worker_without_the_task_starts_nothing_in_it(devserver, monkeypatch):
    monkeypatch.setattr("dispatch.plan_task.PROMPT", timedelta())
    monkeypatch.setattr("dispatch.plan_task.SAME", timedelta(-1))
    async with cluster(devserver) as here:
        plan = await begun(here, a_step("s1"), key="too late")

        assert SUCCEEDED == (await plan.outcome()).state
        assert 1 == await asked_of_workers(plan)


async def asked_of_workers(plan):
    """How many activities the plan has scheduled; what a task does itself is none."""
    events = (await plan.handle.fetch_history()).events
    return len([one for one in events if one.HasField("activity_task_scheduled_event_attributes")])
