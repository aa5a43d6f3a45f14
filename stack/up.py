"""`make dev`: a stack that lasts."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from emulator import seeds
from stack.ports import HOST, Ports
from stack.process import ROOT, Process
from stack.services import Stack, running

FOLDER = ROOT / ".dev"


async def up(console: Console, ports: Ports, folder: Path) -> int:
    """Bring the stack up, say where it is, and stay until a process of it ends: Trouble."""
    async with running(folder, ports) as stack:
        worker, gateway = await stack.start_worker(), await stack.start_gateway()
        await asyncio.gather(worker.says("Worker ready"), gateway.says("Uvicorn running"))
        console.print(_addresses(stack, worker), markup=False, highlight=False, soft_wrap=True)
        raise (await _first_to_end(stack.processes)).death()


async def _first_to_end(processes: Iterable[Process]) -> Process:
    watches = {asyncio.create_task(process.ended()): process for process in processes}
    try:
        done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for watch in watches:
            watch.cancel()
    return watches[done.pop()]


def _addresses(stack: Stack, worker: Process) -> str:
    ports = stack.ports
    return f"""\
Temporal UI   http://{HOST}:{ports.ui}
Temporal      {HOST}:{ports.temporal}
emulator      http://{HOST}:{ports.emulator} (API key: {seeds.API_KEY})
worker        task queue push, process {worker.id}
gateway       http://{HOST}:{ports.gateway}
logs          {stack.folder}

A form to push with, in a browser:
  http://{HOST}:{ports.gateway}/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}\
/push/suppliers/new

The same from another terminal in {ROOT}:
  export TEMPORAL_ADDRESS={HOST}:{ports.temporal} CODAT_BASE_URL=http://{HOST}:{ports.emulator} \
CODAT_API_KEY={seeds.API_KEY}
  echo '{{"supplierName": "Mill and Sons", "status": "Active"}}' | .venv/bin/python starter.py \
push --company {seeds.COMPANY} --connection {seeds.PROMPT} --data-type suppliers --data - --wait

Ctrl-C ends all of it."""
