"""A server of Temporal's that is killed while a command waits for it, and comes back."""

import asyncio
import json
from uuid import uuid4

import pytest

from bench.relay import relay_to
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.subprocess_runner import STARTER

pytestmark = pytest.mark.usefixtures("worker")
A_PUSH = (
    *("push", "--company", seeds.COMPANY, "--connection", seeds.SLOW, "--data-type", "suppliers"),
    *("--data", "record.json", "--wait", "--json"),
)


async def test_after_an_outage_standard_output_has_the_result_only(stack, tmp_path):
    (tmp_path / "record.json").write_text(json.dumps(record("suppliers", str(uuid4()))))
    out, err = tmp_path / "out", tmp_path / "err"

    async def is_waiting():
        return "Waiting for push" in err.read_text()

    async def is_retrying():
        return "retried" in out.read_text() + err.read_text()

    async with relay_to(f"127.0.0.1:{stack.ports.temporal}") as relay:
        with out.open("w") as to_out, err.open("w") as to_err:
            process = await asyncio.create_subprocess_exec(
                *(*STARTER, *A_PUSH),
                env={**stack.environment, "TEMPORAL_ADDRESS": relay.address},
                cwd=tmp_path,
                stdout=to_out,
                stderr=to_err,
            )
        await eventually(is_waiting)
        async with relay.struck("reset"):
            await eventually(is_retrying)
        code = await process.wait()

    assert 0 == code, err.read_text()
    assert json.loads(out.read_text())["pushId"] == err.read_text().split()[3]
