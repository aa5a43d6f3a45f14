"""The example that starts a plan by its name, run as its readers would."""

import json
import sys
from uuid import uuid4

import pytest

from emulator import seeds
from stack.process import ROOT
from surepush_client.payloads import to_plain
from tests.support.plans import THREE, plan_of
from tests.support.subprocess_runner import STARTER, run

SCRIPT = ROOT / "examples" / "python" / "plan_by_name.py"

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_plan_by_name_ends_as_data_and_is_joined(stack, tmp_path):
    file, plan = tmp_path / "plan.json", plan_of(*THREE, key=str(uuid4()))
    file.write_text(json.dumps(to_plain(plan.content)))
    command = (sys.executable, str(SCRIPT), str(file))
    ran = await run(*command, environment=stack.environment, cwd=tmp_path)
    show = (*STARTER, "plan", "start", str(file), "--wait", "--json")
    joined = await run(*show, environment=stack.environment, cwd=tmp_path)

    assert (0, "succeeded") == (ran.code, ran.document["state"]), ran.err
    assert (0, str(plan.plan_id)) == (joined.code, joined.document["planId"]), joined.err
    assert seeds.COMPANY == joined.document["companyId"]
