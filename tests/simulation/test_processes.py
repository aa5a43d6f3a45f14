"""Processes that die, freeze and wake on a virtual clock."""

import asyncio

import pytest

from simulation.loop import Stuck, VirtualLoop
from simulation.processes import SimulatedProcess


def run(scenario):
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(scenario(loop))
    finally:
        loop.put_away()


def test_hours_pass_at_once():
    async def scenario(loop):
        await asyncio.sleep(10_000)
        return loop.time()

    assert run(scenario) == pytest.approx(10_000)


def test_a_dead_process_does_nothing_more_not_even_finally():
    done = []

    async def work():
        try:
            await asyncio.sleep(10)
        finally:
            done.append("finally")

    async def scenario(_loop):
        process = SimulatedProcess("worker")
        process.spawn(work())
        await asyncio.sleep(5)
        process.kill()
        await asyncio.sleep(60)
        return list(done)

    assert run(scenario) == []


def test_a_frozen_process_goes_on_where_it_was():
    async def work(loop, times):
        await asyncio.sleep(10)
        times.append(loop.time())
        await asyncio.sleep(1)
        times.append(loop.time())

    async def scenario(loop):
        times: list[float] = []
        process = SimulatedProcess("worker")
        process.spawn(work(loop, times))
        await asyncio.sleep(5)
        process.freeze()
        await asyncio.sleep(30)
        process.wake(loop.ready)
        await asyncio.sleep(30)
        return times

    assert run(scenario) == pytest.approx([35, 36])


def test_a_world_in_which_nothing_is_left_to_happen_ends():
    async def scenario(loop):
        await loop.create_future()

    with pytest.raises(Stuck):
        run(scenario)
