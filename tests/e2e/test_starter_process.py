"""`python starter.py` as a backend runs it: from another directory, against real processes."""

import asyncio
import functools
import json
import signal
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.subprocess_runner import STARTER, run, run_starter

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    return functools.partial(run_starter, environment=stack.environment, cwd=tmp_path)


def a_push(connection=seeds.PROMPT, key=None):
    return (
        *("push", "--company", seeds.COMPANY, "--connection", connection),
        *("--data-type", "suppliers", "--data", "-", "--idempotency-key", key or str(uuid4())),
    )


def a_record(number=""):
    return json.dumps(record("suppliers", number))


@pytest.mark.parametrize(
    ("connection", "code", "status"),
    [
        (seeds.PROMPT, 0, "Success"),
        (seeds.REFUSING, 1, "Failed"),
        (seeds.SHAKY, 4, "Unknown"),
    ],
    ids=["Success", "Failed", "Unknown"],
)
async def test_a_push_that_is_waited_for_ends_with_its_exit_code(starter, connection, code, status):
    ran = await starter(*a_push(connection), "--wait", "--json", given=a_record())

    assert (code, status) == (ran.code, ran.document["status"])


async def test_the_same_key_twice_is_one_push(starter, emulator):
    key = str(uuid4())
    first = await starter(*a_push(key=key), "--wait", "--json", given=a_record(key))
    second = await starter(*a_push(key=key), "--wait", "--json", given=a_record(key))

    assert first.document == second.document
    posts = await emulator.journal(seeds.PROMPT, "POST")
    assert 1 == sum(key in post["body"] for post in posts)


async def test_the_same_key_with_another_record_is_refused(starter):
    key = str(uuid4())
    await starter(*a_push(key=key), given=a_record("one"))
    ran = await starter(*a_push(key=key), given=a_record("two"))

    assert 2 == ran.code
    assert key in ran.complaint


async def test_a_push_that_was_started_can_be_looked_at_and_awaited(starter):
    started = await starter(*a_push(), "--json", given=a_record())
    push_id = started.document["pushId"]
    ended = await starter("wait", push_id, "--json")
    seen = await starter("status", push_id, "--json")

    assert (0, "Pending", "Success") == (
        started.code,
        started.document["status"],
        ended.document["status"],
    )
    assert ended.document == seen.document


async def test_an_unknown_push_has_an_exit_code_of_its_own(starter):
    ran = await starter("status", str(uuid4()))

    assert (6, True) == (ran.code, ran.complaint.startswith("There is no push"))


async def test_an_unreachable_temporal_is_told_at_once(stack, tmp_path):
    environment = {**stack.environment, "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    ran = await run(*STARTER, *a_push(), environment=environment, cwd=tmp_path, given=a_record())

    assert (5, True) == (ran.code, "127.0.0.1:1" in ran.complaint)


async def test_numbers_reach_the_platform_digit_for_digit(starter, emulator):
    key = str(uuid4())
    body = f'{{"supplierName":"{key}","status":"Active","odd":[0.10,1e-7,12345678901234.56]}}'
    await starter(*a_push(key=key), "--wait", "--validation", "off", given=body)

    (post,) = [one for one in await emulator.journal(seeds.PROMPT, "POST") if key in one["body"]]
    assert "[0.10,1e-7,12345678901234.56]" in post["body"]


async def test_an_interrupted_wait_leaves_the_push_alone(stack, starter, tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(*STARTER, *a_push(seeds.OFFLINE), "--timeout-in-minutes", "5", "--wait"),
        env=stack.environment,
        cwd=tmp_path,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stderr
    process.stdin.write(a_record().encode())
    process.stdin.close()
    waiting = (await process.stderr.readline()).decode()
    push_id = waiting.split()[3]
    process.send_signal(signal.SIGINT)
    said = (await process.stderr.read()).decode()

    assert 130 == await process.wait()
    assert f"push {push_id} goes on" in said
    assert "Pending" == (await starter("status", push_id, "--json")).document["status"]


async def test_options_and_validation_come_from_the_platform(starter):
    target = ("--company", seeds.COMPANY, "--connection", seeds.PROMPT, "--data-type", "suppliers")
    options = await starter("options", *target, "--json")
    wrong = await starter("validate", *target, "--data", "-", "--json", given='{"status":"Deaf"}')

    assert (0, "Object") == (options.code, options.document["type"])
    assert 1 == wrong.code
    assert ["/status", "/supplierName"] == sorted(
        one["pointer"] for one in wrong.document["errors"]
    )


async def test_input_that_is_no_push_ends_at_once(stack):
    handle = await stack.client.start_workflow("push", [], id=str(uuid4()), task_queue="push")

    async def ended():
        return (await handle.describe()).status.name == "FAILED"

    await eventually(ended, within=10)
