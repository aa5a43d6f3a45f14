"""A plan whose worker is killed by SIGKILL when each step's record was just written."""

from uuid import uuid4

import pytest

from dispatch.plans import start_plan
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.plans import id_of
from workflows.plan.check import read_plan

pytestmark = pytest.mark.timeout(200)

STEPS = 3


def a_chain(company, connection):
    """Suppliers of which each bears the id of the one before it."""
    steps = []
    for number in range(STEPS):
        made = record("suppliers", number=f"{company[:8]}-{number}")
        before = {"contactName": id_of(f"s{number - 1}")} if number else {}
        steps.append({"name": f"s{number}", "dataType": "suppliers", "data": made | before})
    given = {"key": "kills", "companyId": company, "connectionId": connection, "steps": steps}
    return read_plan(given)


async def test_a_plan_survives_the_death_of_its_worker(stack, emulator):
    company, connection = str(uuid4()), str(uuid4())
    await emulator.seed(company, connection, delay=0.2)
    settings = {"PUSH_TASK_QUEUE": company, "PUSH_POLL_FIRST": "PT1S"}
    worker = await stack.start_worker(**settings)
    await worker.says("Worker ready")
    plan = await start_plan(stack.client, a_chain(company, connection), task_queue=company)
    for number in range(1, STEPS + 1):

        async def is_written(number=number):
            return len(await emulator.ledger(connection)) >= number

        await eventually(is_written, within=90)
        await worker.kill()
        worker = await stack.start_worker(**settings)
    report = await plan.outcome()
    await worker.stop()

    assert ("succeeded", {"Success": STEPS}) == (report.state, report.counts)
    assert STEPS == len(await emulator.ledger(connection))
    assert (await emulator.invariants())["sound"]
