"""How many requests proof by records costs."""

import asyncio
from collections import Counter
from uuid import uuid4

from emulator import seeds
from emulator.examples import record
from tests.support.protocol import held_up, protocol

UNCLEAR = 20
MOST_FOR_ONE = 3


def reading(devserver, **options):
    return protocol(devserver, "ignored", read_records="auto", echo_data=False, **options)


def invoice():
    data = record("invoices", f"-{uuid4().hex[:10]}")
    return {"data_type": "invoices", "data": data, "validation": "off"}


def proofs(here):
    return [entry["path"] for entry in here.codat.journal() if "/data/" in entry["path"]]


async def test_unclear_pushes_ask_three_times_each_at_most(devserver):
    async with reading(devserver, find_for=8) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=2)
        here.codat.fault("commit-then-drop", method="POST", times=UNCLEAR)
        pushes = await asyncio.gather(*(here.push(**invoice()) for _ in range(UNCLEAR)))
        outcomes = await asyncio.gather(*(push.outcome() for push in pushes))

        reads = [path for path in proofs(here) if "/data/invoices/" in path]
        assert UNCLEAR == len(reads)
        assert len(proofs(here)) <= MOST_FOR_ONE * UNCLEAR
    assert {"Success": UNCLEAR} == Counter(outcome.status for outcome in outcomes)


async def test_a_push_whose_answer_came_asks_for_no_proof(devserver):
    async with reading(devserver) as here:
        outcome = await here.end(**invoice())

        assert [] == proofs(here)
    assert "Success" == outcome.status


async def test_a_refused_reading_is_asked_for_once_a_search(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refuses_reads=403)
        async with held_up(answer=False) as gate:
            neighbour = await here.push(**invoice())
            await gate.reached.wait()
            here.codat.fault("commit-then-drop", method="POST", nth=1)
            outcome = await here.end(**invoice())
            asked = len(proofs(here))
            gate.open.set()
            await neighbour.outcome()

    assert ("Unknown", 1) == (outcome.status, asked)
