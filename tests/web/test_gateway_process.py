"""`python -m gateway`: what it needs, where it serves, how it stops."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager

import httpx
import pytest

from emulator import seeds
from tests.support.front_door import API_KEYS, KEY, basic, login
from tests.support.subprocess_runner import ROOT


def variables(devserver, **more):
    return {
        **os.environ,
        "TEMPORAL_ADDRESS": devserver.client.service_client.config.target_host,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "CODAT_API_KEY": "none",
        "CODAT_BASE_URL": "http://127.0.0.1:9",
        "GATEWAY_API_KEYS": "",
        **more,
    }


async def begin(environment, *arguments):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *arguments),
        cwd=ROOT,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def process(environment):
    """A front door on a free port: the process, its address, what it said before."""
    running = await begin(environment, "--port", "0")
    said = ""
    try:
        while "running on" not in said:
            assert running.stderr
            line = (await running.stderr.readline()).decode()
            assert line, said
            said += line
        yield running, said.split("running on ")[1].split()[0], said
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def test_without_keys_it_serves_this_machine_only_and_says_so(devserver):
    environment = variables(devserver)
    async with process(environment) as (_, url, said):
        answer = httpx.get(f"{url}/companies/{seeds.COMPANY}/push", trust_env=False)
    refused = await begin(environment, "--port", "0", "--host", "0.0.0.0")
    complaint = (await refused.communicate())[1].decode()

    assert 200 == answer.status_code
    assert "only this machine is served" in said
    assert (1, "GATEWAY_API_KEYS is missing: without keys 0.0.0.0 is not served.\n") == (
        refused.returncode,
        complaint,
    )


async def test_sigterm_ends_streams_and_lets_requests_finish(devserver):
    environment = variables(devserver, GATEWAY_API_KEYS=API_KEYS)
    path = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/suppliers"
    async with process(environment) as (running, url, _):
        async with httpx.AsyncClient(base_url=url, headers=basic(KEY), trust_env=False) as http:
            pushed = (await http.post(path, json={})).json()["pushOperationKey"]
            await http.post("/login", data=login())
            page = f"/companies/{seeds.COMPANY}/pushes/{pushed}"
            async with http.stream("GET", f"{page}/events") as stream:
                parts = stream.aiter_text()
                assert "event: state" in await anext(parts)
                running.terminate()
                rest = "".join([part async for part in parts])

        async with asyncio.timeout(20):
            await running.wait()
        assert "event: end" not in rest
        assert running.returncode in {0, -15}


@pytest.mark.parametrize("missing", ["TEMPORAL_ADDRESS", "CODAT_API_KEY"])
async def test_what_is_missing_is_said_in_a_sentence(devserver, missing):
    wrong = "127.0.0.1:9" if missing == "TEMPORAL_ADDRESS" else ""
    refused = await begin(variables(devserver, **{missing: wrong}), "--port", "0")
    complaint = (await refused.communicate())[1].decode()

    assert 1 == refused.returncode
    assert 1 == len(complaint.splitlines())
