"""`starter.py hold` and `release` as an operator runs them, against real processes."""

import functools
import json
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.subprocess_runner import run_starter

pytestmark = pytest.mark.usefixtures("worker")
WHERE = ("--company", seeds.OTHER_COMPANY, "--connection", seeds.OTHER_PROMPT)


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    return functools.partial(run_starter, environment=stack.environment, cwd=tmp_path)


async def test_a_company_is_held_and_released(starter, emulator):
    held = await starter("hold", *WHERE, "--reason", "books are closed")
    data = json.dumps(record("suppliers", str(uuid4())[:8]))
    more = ("--data-type", "suppliers", "--data", "-", "--json")
    push = (await starter("push", *WHERE, *more, given=data)).document["pushId"]

    async def waits():
        return "books are closed" in (await starter("show", push)).out

    await eventually(waits)
    told, listed = (await starter("holds")).out, (await starter("holds", "--json")).document
    assert [] == await emulator.journal(seeds.OTHER_PROMPT, "POST")
    released = await starter("release", *WHERE)
    ended = await starter("wait", push, "--json")

    assert "books are closed" in held.out
    assert f"Nothing is held of company {seeds.OTHER_COMPANY}." in released.out
    assert "Success" == ended.document["status"]
    assert f"held: {seeds.OTHER_PROMPT}, all data types" in told
    assert (seeds.OTHER_COMPANY, "books are closed") == (
        listed["holds"][0]["companyId"],
        listed["holds"][0]["reason"],
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("hold", *WHERE), "--reason"),
        (("hold", *WHERE, "--reason", " "), "--reason must be"),
        (("release", "--company", "7"), "--company must be a UUID"),
    ],
)
async def test_wrong_arguments_get_one_sentence(starter, arguments, complaint):
    ran = await starter(*arguments)

    assert 2 == ran.code
    assert complaint in ran.complaint
