"""`starter.py retry --edit` as an operator runs it: the editor is a program of the test's."""

import json
import shlex
import sys
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.subprocess_runner import run_starter

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(name="starter")
def _starter(stack, tmp_path):
    async def start(*arguments, editor="", **more):
        program = tmp_path / "editor.py"
        program.write_text(
            "import json, pathlib, sys\nfile = pathlib.Path(sys.argv[1])\n"
            f"text = file.read_text()\npathlib.Path('seen').write_text(text)\n{editor}"
        )
        command = shlex.join([sys.executable, str(program)])
        around = {**stack.environment, "EDITOR": command, "VISUAL": ""}
        return await run_starter(*arguments, environment=around, cwd=tmp_path, **more)

    return start


def writing(text):
    return f"file.write_text(text[:text.index('{{')] + {text!r})"


@pytest.fixture(name="failed")
async def _failed(starter):
    where = ("push", "--company", seeds.COMPANY, "--connection", seeds.PROMPT)
    more = ("--data-type", "suppliers", "--data", "-", "--wait", "--json")
    ran = await starter(*where, *more, given='{"phone": 1.50}')
    return ran.document["pushId"]


@pytest.fixture(name="mended")
def _mended():
    return json.dumps(record("suppliers", str(uuid4())[:8]))


async def test_a_failed_push_is_mended_in_the_editor_and_retried(starter, failed, mended):
    ran = await starter("retry", failed, "--edit", "--wait", editor=writing(mended), given="y\n")

    assert 0 == ran.code, ran.err
    assert '-  "phone": 1.50' in ran.err
    assert "Success: " in ran.out


async def test_the_editor_shows_what_was_wrong(starter, failed, tmp_path):
    await starter("retry", failed, "--edit")
    seen = (tmp_path / "seen").read_text()

    assert "// /supplierName: Name must be given. (rule: required)\n" in seen
    assert '"phone": 1.50' in seen


async def test_whoever_says_no_retries_nothing(starter, failed, mended):
    ran = await starter("retry", failed, "--edit", editor=writing(mended), given="n\n")
    status = await starter("status", failed, "--json")

    assert (0, "Failed") == (ran.code, status.document["status"])


async def test_what_is_left_as_it_was_is_not_retried(starter, failed):
    ran = await starter("retry", failed, "--edit", "--yes", editor="pass")

    assert 2 == ran.code
    assert "Nothing was retried: /supplierName: Name must be given." in ran.err


@pytest.mark.parametrize(
    ("editor", "complaint"),
    [
        (writing("{,}"), "not valid JSON"),
        (writing('{"status": "Deaf"}'), "error: /status"),
        ("sys.exit(3)", "failed, so nothing is retried"),
    ],
)
async def test_a_record_that_is_no_good_is_not_retried(starter, failed, editor, complaint):
    ran = await starter("retry", failed, "--edit", "--yes", editor=editor)

    assert 2 == ran.code
    assert complaint in ran.err
    assert "Traceback" not in ran.err


async def test_a_push_under_way_is_not_mended(starter):
    where = ("push", "--company", seeds.COMPANY, "--connection", seeds.OFFLINE)
    data = json.dumps(record("suppliers", str(uuid4())[:8]))
    more = ("--data-type", "suppliers", "--data", "-", "--json")
    push = (await starter(*where, *more, given=data)).document["pushId"]
    ran = await starter("retry", push, "--edit")

    assert 2 == ran.code
    assert "still running" in ran.complaint
