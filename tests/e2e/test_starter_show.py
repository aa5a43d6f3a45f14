"""`starter.py show` as an operator runs it, against real processes."""

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


async def pushed(starter, connection, data, *more, kind="suppliers"):
    where = ("push", "--company", seeds.COMPANY, "--connection", connection)
    ran = await starter(
        *where, "--data-type", kind, "--data", "-", "--json", *more, given=json.dumps(data)
    )
    return ran.document["pushId"]


async def test_a_failure_is_told_with_its_reason_and_the_next_command(starter):
    push = await pushed(starter, seeds.PROMPT, {"phone": "1"}, "--wait")
    ran = await starter("show", push)

    assert 0 == ran.code
    assert "/supplierName: Name must be given. (rule: required)" in ran.out
    assert f"next: python starter.py retry {push}, with --edit" in ran.out.splitlines()[-1]


async def test_a_retry_is_told_as_a_second_run_and_why_it_was_safe(starter):
    push = await pushed(starter, seeds.REFUSING, record("suppliers", str(uuid4())[:8]), "--wait")
    await starter("retry", push, "--reason", "period opened", "--wait")
    told = (await starter("show", push, "--json")).document

    again = [one for one in told["moments"] if one["run"] == 2]
    assert "asked again, without a deadline, with the same record" == again[0]["what"]
    assert ["because: period opened"] == again[0]["said"]
    assert any("had failed, so it wrote nothing" in one["why"] for one in again)


async def test_a_redacted_push_shows_nothing_of_its_record(starter):
    push = await pushed(starter, seeds.PROMPT, {"phone": "0171-77", "status": "Deaf"}, "--wait")
    whole, redacted = await starter("show", push), await starter("show", push, "--redact")

    assert "Deaf" in whole.out
    assert not {"Deaf", "0171-77"} & set(redacted.out.replace('"', " ").replace("'", " ").split())
    assert '"status":"…"' in redacted.out


async def test_a_push_under_way_says_how_to_wait_for_it(starter, stack):
    push = await pushed(starter, seeds.OFFLINE, record("suppliers", str(uuid4())[:8]))
    ran = await starter("show", push)
    await stack.client.get_workflow_handle(f"push-{push}").terminate("test")
    ended = await starter("show", push)

    assert f"next: python starter.py wait {push}" == ran.out.splitlines()[-1]
    assert "terminated from outside" in ended.out


@pytest.mark.parametrize(("push", "code"), [(seeds.COMPANY, 6), ("seven", 2)])
async def test_what_is_no_push_gets_one_sentence(starter, push, code):
    ran = await starter("show", push)

    assert (code, "") == (ran.code, ran.out)
    assert "PUSH_ID" in ran.complaint or "There is no push" in ran.complaint


async def test_an_unclear_push_shows_what_it_might_be(starter):
    push = await pushed(
        starter, seeds.SHAKY, record("chartOfAccounts"), "--wait", kind="chartOfAccounts"
    )
    ran, told = await starter("show", push), (await starter("show", push, "--json")).document

    assert told["candidateRecords"]
    for candidate in told["candidateRecords"]:
        assert f"operation {candidate['pushOperationKey']}, Success" in ran.out
    assert "The operation names no record." in ran.out
