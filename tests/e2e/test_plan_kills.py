"""A plan whose worker is killed by SIGKILL: when a record was just written, and between steps."""

import asyncio
import sys
from uuid import uuid4

import pytest

from dispatch.plans import start_plan
from emulator.examples import record
from stack.process import Process
from tests.support.dying_worker import MOMENTS
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


async def dies_at(stack, emulator, moment, step):
    """Let the worker of a plan die at that moment of a step, and another go on."""
    company, connection = str(uuid4()), str(uuid4())
    await emulator.seed(company, connection, synchronous=True)
    plan = await start_plan(stack.client, a_chain(company, connection), task_queue=company)
    around = stack.environment | {"PUSH_TASK_QUEUE": company}
    command = (sys.executable, "-m", "tests.support.dying_worker", moment, step)
    dying = await Process.start(moment, command, around, stack.folder / f"{company}.log")
    await dying.ended()
    assert "Worker ready" in dying.log.read_text()
    another = await stack.start_worker(PUSH_TASK_QUEUE=company)
    report = await plan.outcome()
    await another.stop()
    written = await emulator.ledger(connection)
    posts = await emulator.journal(company, "POST")
    return report.state, len(written), len(posts)


async def test_a_plan_survives_a_death_between_it_and_its_steps(stack, emulator):
    moments = zip(MOMENTS, ("s0", "s1", "s1", "s2"), strict=True)
    found = await asyncio.gather(*(dies_at(stack, emulator, *at) for at in moments))

    assert dict.fromkeys(MOMENTS, ("succeeded", STEPS, STEPS)) == dict(
        zip(MOMENTS, found, strict=True)
    )
    assert (await emulator.invariants())["sound"]
