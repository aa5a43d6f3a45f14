"""Many clients at once, each repeating its requests at random: none lost, none doubled."""

import asyncio
import os
import random
from collections import defaultdict
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from gateway.app import build_app
from tests.support.asgi_server import served
from tests.support.eventually import eventually
from tests.support.front_door import KEY, basic, front_door

CLIENTS = 50
PUSHES = int(os.environ.get("SUREPUSH_LOAD", "100"))
"""SUREPUSH_LOAD=2000 CODAT_REQUESTS_PER_MINUTE=100000 is the full run, ten minutes and more."""


async def start_some(url, path, names, dice):
    """One client: each of its pushes is asked for one to three times, some at once."""
    keys = defaultdict(set)
    async with httpx.AsyncClient(base_url=url, headers=basic(KEY), timeout=60) as http:

        async def ask(name):
            body = {"supplierName": name, "status": "Active"}
            while True:
                with suppress(httpx.TransportError):  # lost answers are asked for again
                    answer = await http.post(path, json=body, headers={"Idempotency-Key": name})
                    if answer.status_code != 503:
                        break
                await asyncio.sleep(1)
            assert answer.status_code == 200, answer.text
            keys[name].add(answer.json()["pushOperationKey"])

        for name in names:
            await asyncio.gather(*(ask(name) for _ in range(dice.randint(1, 3))))
    return keys


@pytest.mark.timeout(4000)
async def test_fifty_clients_lose_none_and_double_none(devserver):
    async with (
        front_door(devserver, most_requests=40) as door,
        served(build_app(door.parts)) as url,
    ):
        names = [f"load {n} {uuid4().hex[:6]}" for n in range(PUSHES)]
        shares = [names[n::CLIENTS] for n in range(CLIENTS)]
        dice = random.Random(20261122)
        told = await asyncio.gather(
            *(start_some(url, door.path(), share, dice) for share in shares)
        )
        keys = {name: key for share in told for name, key in share.items()}
        assert {1} == {len(each) for each in keys.values()}
        assert PUSHES == len({key for each in keys.values() for key in each})

        async def all_listed():
            query = f'WorkflowType="push" AND TaskQueue="{door.cluster.task_queue}"'
            return (await door.cluster.client.count_workflows(query)).count == PUSHES

        async def all_written():
            return door.cluster.codat.invariants()["written"] >= PUSHES

        await eventually(all_listed)
        await eventually(all_written, within=3600)
        for each in keys.values():
            assert "Success" == (await door.ended(*each))["status"]
        report = door.cluster.codat.invariants()
        assert (PUSHES, True) == (report["written"], report["sound"])
