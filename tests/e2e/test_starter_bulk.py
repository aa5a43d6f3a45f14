"""Many retries at once, as an operator runs them, against real processes."""

import functools
import json
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.subprocess_runner import run_starter

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    return functools.partial(run_starter, environment=stack.environment, cwd=tmp_path)


async def test_many_are_planned_retried_and_watched(starter):
    mark = str(uuid4())
    lines = [
        json.dumps(
            {
                "companyId": seeds.COMPANY,
                "connectionId": seeds.REFUSING,
                "dataType": "suppliers",
                "data": record("suppliers", f"{mark[:8]}-{number}"),
                "idempotencyKey": f"{mark}-{number}",
            }
        )
        for number in range(3)
    ]
    await starter("push-all", "-", "--pace", "50/s", "--wait", given="\n".join(lines))
    ours = ("--since", "1h", "--query", f'PushReference STARTS_WITH "{mark}"')

    async def planned():
        plan = await starter("bulk", "plan", *ours, "--message", "period is closed")
        return "3 are safe to retry" in plan.out and "Nothing was done" in plan.out

    await eventually(planned)
    begun = await starter("bulk", "start", *ours, "--pace", "50/s", "--reason", "opened")
    bulk = begun.out.splitlines()[-1].split()[1]
    report = (await starter("bulk", "show", bulk, "--wait", "--json")).document

    assert ("done", 3) == (report["state"], len(report["results"]["retried"]))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("retry",), "PUSH_ID"),
        (("bulk", "plan"), "Say which pushes"),
        (("bulk", "plan", "--status", "Success"), "there is nothing to retry"),
        (("bulk", "plan", "--since", "1d", "--pace", "5"), "--pace must be"),
        (("retry", "--status", "Success", "--plan"), "there is nothing to retry"),
        (("retry", str(uuid4()), "--go"), "unexpected extra argument"),
        (("retry", "--status", "Failed", "--edit"), "No such option: --edit"),
        (("bulk", "pause", "a-b"), "BULK_ID must be"),
        (("bulk", "0", "--pause", "--stop"), "No such option: --pause"),
    ],
)
async def test_wrong_arguments_get_one_sentence(starter, arguments, complaint):
    ran = await starter(*arguments)

    assert 2 == ran.code
    assert complaint in ran.complaint


async def test_a_bulk_that_never_was_is_not_found(starter):
    ran = await starter("bulk", "pause", "0")

    assert (6, "There is no bulk 0 under way.") == (ran.code, ran.complaint)
