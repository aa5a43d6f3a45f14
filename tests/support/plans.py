"""Plans for tests: a supplier, then its bill, then the payment."""

from typing import Any

from dispatch.plans import StartedPlan, start_plan
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import Cluster
from tests.support.eventually import eventually
from workflows.plan.check import read_plan
from workflows.plan.models import PlanReport, PlanRequest
from workflows.plan.references import REF


def id_of(step: str) -> dict[str, str]:
    """Refer to the record that a step makes."""
    return {REF: f"{step}#/records/0/id"}


def a_step(name: str, kind: str = "suppliers", **more: Any) -> dict[str, Any]:
    given = {"connectionId": seeds.SYNCHRONOUS, "dataType": kind}
    return {"name": name, **given, "data": record(kind, number=name), **more}


def a_bad_step(name: str, **more: Any) -> dict[str, Any]:
    """A step that fails until its record is mended: it lacks what is required."""
    return a_step(name, **{"data": {"phone": "1"}, **more})


def a_bill(name: str = "bill", supplier: str = "supplier", **more: Any) -> dict[str, Any]:
    bill = record("bills", number=name) | {"supplierRef": {"id": id_of(supplier)}}
    return a_step(name, "bills", **{"data": bill, **more})


def a_payment(name: str = "payment", bill: str = "bill") -> dict[str, Any]:
    paid = record("billPayments", number=name) | {"reference": id_of(bill)}
    return a_step(name, "billPayments", data=paid)


THREE = (a_step("supplier"), a_bill(), a_payment())


def plan_of(*steps: dict[str, Any], key: str = "order-7", **more: Any) -> PlanRequest:
    return read_plan({"key": key, "companyId": seeds.COMPANY, "steps": list(steps), **more})


async def begun(here: Cluster, *steps: dict[str, Any], **more: Any) -> StartedPlan:
    """Start a plan."""
    return await start_plan(here.client, plan_of(*steps, **more), task_queue=here.task_queue)


def statuses(report: PlanReport) -> dict[str, str]:
    """Give the status of each step by its name."""
    return {step.name: step.status.value for step in report.steps}


async def until_state(plan: StartedPlan, state: str) -> PlanReport:
    """Wait until the plan says that it stands so; gives its report."""

    async def stands() -> bool:
        return (await plan.report()).state == state

    await eventually(stands)
    return await plan.report()
