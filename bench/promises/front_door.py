"""Starts and reads through the front door, against a bare Temporal client; its own processor time.

No worker runs. The two builds and the bare client take turns on one server.
"""

from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
from temporalio.client import Client

from bench.load.gateway import COMPANY, PATH, RECORD, a_request, front_door, rate
from bench.promises.builds import Bench
from bench.promises.table import Promise, Row, ratios
from bench.servers import processor_seconds, running
from dispatch.connection import register_search_attributes
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import start_push
from gateway.owned import OwnedPushes
from gateway.run_requests import RunRequests
from gateway.snapshot import snapshot_of

CALLS = 300
QUICK = 100

Rates = dict[str, list[float]]


def _figures() -> Rates:
    return defaultdict(list)


@dataclass
class Measured:
    """A side's figures, one a turn: calls a second, and ms of its processor a call."""

    starts: Rates = field(default_factory=_figures)
    reads: Rates = field(default_factory=_figures)
    start_ms: Rates = field(default_factory=_figures)
    read_ms: Rates = field(default_factory=_figures)


async def measure(bench: Bench) -> list[Row]:
    """Give the rows."""
    measured, folder = Measured(), bench.folder / "front-door"
    folder.mkdir()
    async with running(folder, ("temporal",)) as servers, AsyncExitStack() as stack:
        address = f"127.0.0.1:{servers.ports.temporal}"
        client = await Client.connect(address, data_converter=CONVERTER)
        await register_search_attributes(client)
        doors: dict[str, tuple[str, int]] = {}
        for kind in bench.kinds("older", "now"):
            door = front_door(address, kind.folder)
            doors[kind.name] = await stack.enter_async_context(door)
        count = QUICK if bench.quick else CALLS
        for url, pid in doors.values():
            await _through(url, pid, "warm", count // 3, Measured())
        for turn in range(bench.turns):
            for name in ("bare", *doors)[:: 1 if turn % 2 else -1]:
                if name == "bare":
                    await _bare(client, count, measured)
                else:
                    await _through(*doors[name], name, count, measured)
    return _rows(measured)


async def _bare(client: Client, count: int, measured: Measured) -> None:
    owned, requests = OwnedPushes(), RunRequests()
    names = [str(uuid4()) for _ in range(count)]

    async def start(name: str) -> object:
        return await start_push(client, a_request(name))

    async def look(name: str) -> object:
        push = await owned.find(client, COMPANY, UUID(name))
        return await snapshot_of(push, await push.describe(), requests)

    measured.starts["bare"].append(await rate(start, names))
    ids = [str(a_request(name).push_id) for name in names]
    measured.reads["bare"].append(await rate(look, ids))


async def _through(url: str, pid: int, build: str, count: int, measured: Measured) -> None:
    names = [str(uuid4()) for _ in range(count)]
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:

        async def post(name: str) -> object:
            answer = await http.post(PATH, json=RECORD, headers={"Idempotency-Key": name})
            return answer.raise_for_status()

        async def get(name: str) -> object:
            return (await http.get(f"/companies/{COMPANY}/push/{name}")).raise_for_status()

        before = processor_seconds(pid)
        measured.starts[build].append(await rate(post, names))
        between = processor_seconds(pid)
        ids = [str(a_request(name).push_id) for name in names]
        measured.reads[build].append(await rate(get, ids))
        measured.start_ms[build].append(1000 * (between - before) / count)
        measured.read_ms[build].append(1000 * (processor_seconds(pid) - between) / count)


def _rows(measured: Measured) -> list[Row]:
    starts, reads = ratios(measured.starts, "bare"), ratios(measured.reads, "bare")
    most = Promise(0.8, at_least=True)
    return [
        Row("front door: starts, against a bare client", starts, most, 2),
        Row("front door: reads, against a bare client", reads, most, 2),
        Row("front door: own processor time a start, ms", measured.start_ms, Promise(5)),
        Row("front door: own processor time a read, ms", measured.read_ms),
    ]
