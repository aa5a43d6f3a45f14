"""Which records of other pushes are read once, and which anew."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities import inputs
from activities.inputs import MAX_BYTES, Input, Inputs


@pytest.fixture(name="read")
def _read(monkeypatch):
    read = []

    async def input_of(_client, push):
        read.append(push.run_id)
        return Input(data=push.run_id), push.size

    monkeypatch.setattr(inputs, "input_of", input_of)
    return read


async def records(known: Inputs, *runs: str, size: int = 10) -> list[object]:
    async def pushes():
        for run in runs:
            yield cast("Any", SimpleNamespace(id=f"push-{run}", run_id=run, size=size))

    return [record for _, record in await known.records(pushes())]


async def test_a_record_is_read_once(read):
    known = Inputs(cast("Any", None))

    assert ["a", "b"] == await records(known, "a", "b")
    assert ["b", "c"] == await records(known, "b", "c")
    assert ["a", "b", "c"] == read


async def test_a_large_record_is_read_each_time(read):
    known = Inputs(cast("Any", None))
    for _ in range(2):
        await records(known, "a", size=MAX_BYTES + 1)

    assert ["a", "a"] == read


async def test_a_full_memory_forgets_one_record_not_all(monkeypatch, read):
    monkeypatch.setattr(inputs, "MAX_READ", 3)
    known = Inputs(cast("Any", None))
    for runs in ("abc", "d", "bcd"):
        await records(known, *runs)

    assert list("abcd") == read
