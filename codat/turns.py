"""Work that grows with what was sent, in threads, so that the event loop serves others meanwhile.

Each caller has one thread at a time: whoever sends much waits for its own work, not others for it.
"""

import asyncio
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import ParamSpec, TypeVar, cast
from uuid import UUID
from weakref import WeakKeyDictionary, WeakValueDictionary

from pydantic import BaseModel

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 2
"""So many callers have a thread at once; the others wait in the order of asking."""

SMALL = 8_000
"""Characters, of which a value that is no text counts for eight: so much is done at once."""

_OF_A_VALUE = 8
_caller: ContextVar[str] = ContextVar("caller", default="")


@contextmanager
def caller(name: str) -> Generator[None]:
    """Say whose work follows."""
    token = _caller.set(name)
    try:
        yield
    finally:
        _caller.reset(token)


async def in_turn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do work on small values at once, on large ones in a thread when the caller's turn comes."""
    if not is_large((args, kwargs)):
        return work(*args, **kwargs)
    turns = _turns.setdefault(asyncio.get_running_loop(), _Turns())
    return await turns.run(_caller.get(), lambda: work(*args, **kwargs))


def is_large(value: object) -> bool:
    """Whether a value is more than SMALL; it is looked at no further than that."""
    left, heap = SMALL, [value]
    while heap and left > 0:
        item = heap.pop()
        if isinstance(item, (str, bytes)):
            left -= len(item)
            continue
        left -= _OF_A_VALUE
        inner = _members(item) if type(item) not in _WITHOUT_MEMBERS else ()
        if not inner:
            continue
        if len(inner) * _OF_A_VALUE > left:
            return True
        heap.extend(inner)
    return left <= 0


_WITHOUT_MEMBERS = frozenset({int, float, bool, type(None), Decimal, datetime, UUID})


def _members(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return cast("dict[object, object]", value).values()
    if isinstance(value, (list, tuple)):
        return cast("list[object]", value)
    is_record = isinstance(value, BaseModel) or (is_dataclass(value) and hasattr(value, "__dict__"))
    return vars(value).values() if is_record else ()


class _Turns:
    def __init__(self) -> None:
        self._threads = asyncio.Semaphore(THREADS)
        self._callers = WeakValueDictionary[str, asyncio.Lock]()

    async def run(self, caller: str, work: Callable[[], T]) -> T:
        own = self._callers.setdefault(caller, asyncio.Lock())
        async with own, self._threads:
            return await asyncio.to_thread(work)


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()
