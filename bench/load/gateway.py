"""Starts and reads a second through the front door, beside a bare Temporal client doing the same.

`python -m bench.load.gateway [PUSHES]`; a dev server, the front door as a process, no worker.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from temporalio.testing import WorkflowEnvironment

from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import start_push
from gateway.owned import OwnedPushes
from gateway.run_requests import RunRequests
from gateway.snapshot import snapshot_of
from stack.process import ROOT
from workflows.models import PushRequest

AT_ONCE = 20
COMPANY, CONNECTION = uuid4(), uuid4()
PATH = f"/companies/{COMPANY}/connections/{CONNECTION}/push/suppliers"
RECORD = {"supplierName": "Mill and Sons", "status": "Active", "note": "x" * 500}


@asynccontextmanager
async def front_door(
    address: str, folder: Path = ROOT, **settings: str
) -> AsyncIterator[tuple[str, int]]:
    """Run `python -m gateway` of that folder; gives its address and its process id."""
    environment = {
        **os.environ,
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "CODAT_API_KEY": "none",
        "GATEWAY_API_KEYS": "",
        **settings,
    }
    command = (sys.executable, "-m", "gateway", "--port", "0")
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    try:
        line = ""
        while "running on" not in line:
            line = (await process.stderr.readuntil()).decode()
        # What nobody reads would stop the process once the pipe is full.
        rest = asyncio.create_task(process.stderr.read())
        yield line.split("running on ")[1].split()[0], process.pid
    finally:
        process.terminate()
        await process.wait()
    await rest


async def rate(work: Callable[[str], Awaitable[object]], names: Iterable[str]) -> float:
    """Return how many calls a second are made, so many at once."""
    left = list(names)
    count, started = len(left), time.perf_counter()

    async def some() -> None:
        while left:
            await work(left.pop())

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - started)


def a_request(key: str) -> PushRequest:
    """Build what both ways start."""
    return PushRequest(
        company_id=COMPANY,
        connection_id=CONNECTION,
        data_type="suppliers",
        data=RECORD,
        idempotency_key=key,
    )


async def main(count: int) -> None:
    """Measure, bare and through the front door in turns, and print."""
    path = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, data_converter=CONVERTER, dev_server_log_level="error"
    ) as environment:
        client = environment.client
        await register_search_attributes(client)
        address = client.service_client.config.target_host
        async with front_door(address) as (url, _), httpx.AsyncClient(base_url=url) as http:
            owned, requests = OwnedPushes(), RunRequests()

            async def start(name: str) -> object:
                return await start_push(client, a_request(name))

            async def post(name: str) -> object:
                answer = await http.post(PATH, json=RECORD, headers={"Idempotency-Key": name})
                return answer.raise_for_status()

            async def look(name: str) -> object:
                push = await owned.find(client, COMPANY, UUID(name))
                return await snapshot_of(push, await push.describe(), requests)

            async def get(name: str) -> object:
                return (await http.get(f"/companies/{COMPANY}/push/{name}")).raise_for_status()

            for what, bare, through in (("starts", start, post), ("reads", look, get)):
                ours = [[f"{side}-{n}" for n in range(count)] for side in ("bare", "http")]
                if what == "reads":
                    ours = [[str(a_request(n).push_id) for n in names] for names in ours]
                rates = [await rate(bare, ours[0]), await rate(through, ours[1])]
                print(f"{what:7} bare {rates[0]:6.0f}/s   front door {rates[1]:6.0f}/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.load.gateway", description=__doc__)
    parser.add_argument("pushes", type=int, nargs="?", default=500)
    asyncio.run(main(parser.parse_args().pushes))
