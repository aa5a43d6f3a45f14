"""`starter.py push-all` as a backend runs it, against real processes."""

import asyncio
import functools
import json
import signal
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.subprocess_runner import STARTER, run_starter

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    return functools.partial(run_starter, environment=stack.environment, cwd=tmp_path)


def a_line(name, **fields):
    line = {
        "companyId": seeds.COMPANY,
        "connectionId": seeds.PROMPT,
        "dataType": "suppliers",
        "data": record("suppliers", name),
    }
    return json.dumps(line | fields)


def results(ran):
    told = [json.loads(line) for line in ran.out.splitlines()]
    return {one["line"]: one for one in told}


async def posts(emulator, mark):
    journal = await emulator.journal(seeds.PROMPT, "POST")
    return sum(mark in post["body"] for post in journal)


async def test_each_line_ends_in_a_line_and_a_bad_one_stops_nobody(starter):
    mark = str(uuid4())[:8]
    lines = [a_line(f"{mark}-1"), "{", a_line(f"{mark}-3", data={"phone": "1"})]
    ran = await starter("push-all", "-", "--pace", "50/s", "--wait", given="\n".join(lines))
    told = results(ran)

    assert 2 == ran.code, ran.err
    assert ["Success", None, "Failed"] == [told[n].get("status") for n in (1, 2, 3)]
    assert "not valid JSON" in told[2]["error"]


async def test_the_same_file_again_doubles_nothing(starter, emulator, tmp_path):
    mark = str(uuid4())[:8]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(a_line(f"{mark}-{number}") for number in range(5)))
    first = results(await starter("push-all", str(file), "--pace", "50/s", "--wait"))
    again = results(await starter("push-all", str(file), "--pace", "50/s", "--wait"))

    assert {one["pushId"] for one in first.values()} == {one["pushId"] for one in again.values()}
    assert [False] * 5 == [one["isNew"] for one in again.values()]
    assert 5 == await posts(emulator, mark)


async def test_an_interrupted_file_is_gone_on_with(starter, stack, emulator, tmp_path):
    mark = str(uuid4())[:8]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(a_line(f"{mark}-{number}") for number in range(6)))
    process = await asyncio.create_subprocess_exec(
        *(*STARTER, "push-all", str(file), "--pace", "2/s", "--wait"),
        env=stack.environment,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    ran = await starter("push-all", str(file), "--pace", "50/s", "--wait")

    assert (130, 0, 6) == (process.returncode, ran.code, await posts(emulator, mark))
    assert "Run it again to go on" in err.decode()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(("missing.jsonl",), "missing.jsonl can't be read"), (("-", "--pace", "fast"), "--pace")],
)
async def test_wrong_arguments_get_one_sentence(starter, arguments, complaint):
    ran = await starter("push-all", *arguments)

    assert 2 == ran.code
    assert complaint in ran.complaint
