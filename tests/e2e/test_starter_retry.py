"""`starter.py retry` as an operator runs it, against real processes."""

import functools
import json
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.subprocess_runner import run_starter

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    return functools.partial(run_starter, environment=stack.environment, cwd=tmp_path)


async def ended(starter, connection, data, *more):
    where = ("push", "--company", seeds.COMPANY, "--connection", connection)
    ran = await starter(
        *where, "--data-type", "suppliers", "--data", "-", "--wait", "--json", *more, given=data
    )
    return ran.document


async def test_a_failed_push_is_mended_with_one_command(starter):
    bad = json.dumps({"phone": "1"})
    failed = await ended(starter, seeds.PROMPT, bad, "--validation", "off")
    mended = json.dumps(record("suppliers", str(uuid4())[:8]))
    retried = ("retry", failed["pushId"], "--data", "-", "--wait", "--json")
    ran = await starter(*retried, given=mended)

    assert ("Failed", 0, "Success") == (failed["status"], ran.code, ran.document["status"])


async def test_an_unclear_push_is_settled_by_adopting_its_operation(starter):
    data = json.dumps(record("suppliers", str(uuid4())[:8]))
    unclear = await ended(starter, seeds.SHAKY, data)
    key = unclear["candidates"][-1]["pushOperationKey"]
    ran = await starter(
        "retry", unclear["pushId"], "--adopt", key, "--reason", "seen", "--wait", "--json"
    )

    assert (0, key) == (ran.code, ran.document["pushOperationKey"])
    assert "seen" in ran.document["warnings"][0]["message"]


async def test_an_operation_that_never_existed_is_not_adopted(starter):
    data = json.dumps(record("suppliers", str(uuid4())[:8]))
    unclear = await ended(starter, seeds.SHAKY, data)
    ran = await starter("retry", unclear["pushId"], "--adopt", str(uuid4()), "--json")

    assert 4 == ran.code
    assert "not adopted" in ran.document["message"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--adopt", "7", "--wait"), "--adopt must be the key of an operation, a UUID."),
        (("--adopt", seeds.PROMPT, "--not-written"), "contradict each other"),
        (("--data", "missing.json"), "--data: missing.json can't be read"),
    ],
)
async def test_wrong_arguments_get_one_sentence(starter, options, complaint):
    ran = await starter("retry", str(uuid4()), *options)

    assert 2 == ran.code
    assert complaint in ran.err
