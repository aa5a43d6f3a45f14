"""What is read for many: once, in the background where it takes long, and shown with its age."""

import asyncio
from datetime import timedelta

import pytest

from gateway.cached_reading import CachedReading

LONG_AGO = timedelta(0)
"""Nothing is fresh."""


class Source:
    """Answers as often as it is allowed to."""

    error: Exception | None = None

    def __init__(self):
        self.reads, self.may_answer = 0, asyncio.Event()

    async def read(self):
        self.reads += 1
        await self.may_answer.wait()
        if self.error:
            raise self.error
        return self.reads


async def value_of(cached, within=None):
    known = await cached.get(within)
    assert known
    return known.value


async def test_one_reading_serves_all_who_ask_meanwhile():
    source = Source()
    cached = CachedReading(source.read, timedelta(hours=1))
    asked = asyncio.gather(*(cached.get() for _ in range(5)))
    await asyncio.sleep(0)
    source.may_answer.set()

    assert [1] * 5 == [reading and reading.value for reading in await asked]
    assert 1 == await value_of(cached)


async def test_a_reading_that_takes_long_holds_nobody_up_and_goes_on():
    source = Source()
    cached = CachedReading(source.read, LONG_AGO)
    assert await cached.get(0.01) is None
    source.may_answer.set()
    assert 1 == await value_of(cached)

    source.may_answer.clear()
    assert 1 == await value_of(cached, 0.01)
    source.may_answer.set()
    assert 2 == await value_of(cached)


async def test_what_is_known_is_shown_when_reading_fails():
    source = Source()
    source.may_answer.set()
    source.error = RuntimeError("the store is away")
    cached = CachedReading(source.read, LONG_AGO)
    with pytest.raises(RuntimeError):
        await cached.get()
    source.error = None
    await cached.get()
    source.error = RuntimeError("the store is away")

    assert 2 == await value_of(cached)
