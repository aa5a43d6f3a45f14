"""`starter.py list` as an operator runs it, against real processes."""

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


async def pushed(starter, key, data, *more):
    where = ("push", "--company", seeds.COMPANY, "--connection", seeds.PROMPT)
    ran = await starter(
        *(*where, "--data-type", "suppliers", "--data", "-", "--wait", "--json"),
        *("--idempotency-key", key, *more),
        given=data,
    )
    return ran.document


def only(key):
    return ("list", "--query", f'PushReference="{key}"')


async def listed(starter, key, *more):
    ran = await starter(*only(key), *more, "--json")
    return [one["status"] for one in ran.document["pushes"]]


async def test_a_retried_push_is_one_row_and_stands_as_its_latest_run(starter):
    key = str(uuid4())
    failed = await pushed(starter, key, '{"phone": "1"}', "--validation", "off")
    mended = json.dumps(record("suppliers", key[:8]))
    await starter("retry", failed["pushId"], "--data", "-", "--wait", given=mended)

    async def settled():
        return ["Success"] == await listed(starter, key)

    await eventually(settled)
    assert [] == await listed(starter, key, "--status", "Failed")


async def test_a_failed_push_is_a_row_of_the_table(starter):
    key = str(uuid4())
    failed = await pushed(starter, key, '{"phone": "1"}')

    async def shown():
        ran = await starter(*only(key), "--status", "failed", "--since", "1h")
        return all(word in ran.out for word in (failed["pushId"], "Failed", "suppliers"))

    await eventually(shown)


async def test_nothing_found_is_said_so(starter):
    ran = await starter("list", "--company", str(uuid4()))

    assert (0, "", "No push matches.") == (ran.code, ran.out, ran.complaint)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--query", "nonsense ="), "--query: Temporal refused it"),
        (("--status", '" OR "'), "--status must be one of"),
        (("--limit", "0"), "--limit"),
    ],
)
async def test_wrong_arguments_get_one_sentence(starter, options, complaint):
    ran = await starter("list", *options)

    assert 2 == ran.code
    assert complaint in ran.complaint
