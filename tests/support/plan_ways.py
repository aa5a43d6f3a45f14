"""The ways a plan can go that are recorded; see `record_histories`."""

from collections.abc import Awaitable, Callable

from dispatch.plans import StartedPlan
from dispatch.pushes import Push
from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster
from tests.support.eventually import eventually
from tests.support.plans import THREE, a_bad_step, a_bill, a_step, begun, until_state
from workflows.plan.models import HELD, WAITING


async def plan_done(here: Cluster) -> StartedPlan:
    return await begun(here, *THREE, key="done")


async def _mended(here: Cluster, key: str) -> tuple[StartedPlan, Push]:
    """Start a plan whose first step fails, and mend that; give the step's push, too."""
    started = await begun(here, a_bad_step("supplier"), a_bill(), a_step("other"), key=key)
    report = await until_state(started, WAITING)
    push_id = report.steps[0].push_id
    assert push_id
    push = Push(here.client, push_id)
    await push.outcome()
    data = record("suppliers", number="mended")
    return started, await retry_push(push, data=data, task_queue=here.task_queue)


async def plan_mended(here: Cluster) -> StartedPlan:
    return (await _mended(here, "mended"))[0]


async def plan_step(here: Cluster) -> Push:
    return (await _mended(here, "step"))[1]


async def plan_steered(here: Cluster) -> StartedPlan:
    """It is held, goes on, and is cancelled while one push can't be."""
    here.codat.connection(seeds.PROMPT).set(delay=3)
    slow = a_step("slow", connectionId=seeds.PROMPT)
    started = await begun(here, slow, a_step("last", after=["slow"]), key="steered")
    await eventually(lambda: _has_posted(here))
    await started.steer("hold")
    await until_state(started, HELD)
    await started.steer("continue")
    await started.steer("cancel")
    return started


async def _has_posted(here: Cluster) -> bool:
    return bool(here.posts)


async def plan_joined(here: Cluster) -> StartedPlan:
    """Its step's push was started by somebody else: the plan looks at it now and then."""
    here.codat.connection(seeds.PROMPT).set(delay=10)
    step = a_step("first", connectionId=seeds.PROMPT)
    await here.push(data_type="suppliers", data=step["data"], idempotency_key="joined/first")
    return await begun(here, step, key="joined")


async def plan_continued(here: Cluster) -> StartedPlan:
    chain = [a_step(f"s{n}", after=[f"s{n - 1}"] if n else []) for n in range(20)]
    return await begun(here, *chain, key="continued")


PLAN_WAYS: dict[str, Callable[[Cluster], Awaitable[Push | StartedPlan]]] = {
    "plan-done": plan_done,
    "plan-mended": plan_mended,
    "plan-step": plan_step,
    "plan-steered": plan_steered,
    "plan-joined": plan_joined,
}
