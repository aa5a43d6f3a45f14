"""Work on large values: in threads, one for each caller, so that nobody waits for another's."""

import asyncio
import threading
from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from codat.turns import SMALL, caller, in_turn, is_large

LARGE = "x" * (SMALL + 1)


@dataclass
class Told:
    text: str


class Model(BaseModel):
    inner: Told | None = None
    data: object = None


@pytest.mark.parametrize(
    "value",
    [
        LARGE,
        LARGE.encode(),
        [1] * SMALL,
        [{"a": [1]}] * SMALL,
        {str(n): n for n in range(SMALL)},
        (Told(LARGE), 1),
        Model(inner=Told(LARGE)),
        Model(data={"a": [LARGE]}),
    ],
    ids=range(8),
)
def test_large_values_are_told_from_small_ones(value):
    assert is_large(value)


@pytest.mark.parametrize("value", ["", "x" * 1000, [1] * 100, Model(inner=Told("x")), object()])
def test_small_values_are(value):
    assert not is_large(value)


async def test_small_work_is_done_at_once():
    assert threading.get_ident() == await in_turn(lambda _: threading.get_ident(), "small")


async def test_large_work_leaves_the_event_loop_free():
    going_on = threading.Event()

    def work(_):
        return going_on.wait(10)

    done = asyncio.create_task(in_turn(work, LARGE))
    await asyncio.sleep(0)
    going_on.set()

    assert await done


async def test_one_caller_waits_for_its_own_work_and_others_do_not():
    begun, over = [], threading.Event()

    def work(name, _):
        begun.append(name)
        return over.wait(10)

    async def ask(name):
        with caller(name):
            await in_turn(work, name, LARGE)

    many = [asyncio.create_task(ask("one")) for _ in range(20)]
    await asyncio.sleep(0)
    another = asyncio.create_task(ask("another"))
    while "another" not in begun:
        await asyncio.sleep(0.01)

    assert ["one", "another"] == begun
    over.set()
    await asyncio.gather(*many, another)
    assert 20 == begun.count("one")


async def test_what_work_raises_comes_out():
    def work(_):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await in_turn(work, LARGE)
