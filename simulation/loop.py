"""An event loop on a virtual clock: where nothing is left to do, time jumps to what is due next."""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context
from heapq import heappush as _push
from typing import Any

from simulation.processes import CURRENT, ProcessState

RESOLUTION = 1e-7
"""Seconds; what falls due so close together happens in one step."""

MAX_STEPS = 2_000_000
"""Of the loop in one run; a run of twenty pushes takes some ten thousand."""


class Stuck(RuntimeError):
    """Nothing is left to happen, and yet somebody waits."""


class Runaway(RuntimeError):
    """Something goes on without end."""


class _Handle(asyncio.Handle):
    """A step of a task; of a frozen process it is kept, of a dead one it is dropped."""

    def _run(self) -> None:
        if not self._cancelled and _may_run(self):
            super()._run()


class _TimerHandle(asyncio.TimerHandle):
    def _run(self) -> None:
        if not self._cancelled and _may_run(self):
            super()._run()

    def __lt__(self, other: asyncio.TimerHandle) -> bool:
        return self._when < other._when


def _may_run(handle: asyncio.Handle) -> bool:
    process = handle._context.get(CURRENT)  # noqa: SLF001, the loop's own part
    if process is None or process.condition is ProcessState.RUNNING:
        return True
    if process.condition is ProcessState.FROZEN:
        process.parked.append(handle)
    return False


class _JumpingSelector(selectors.BaseSelector):
    """Has no files to watch; to wait is to put the clock forward."""

    def __init__(self) -> None:
        self.now = 0.0
        self.runaway = ""
        self._steps_left = MAX_STEPS

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._steps_left -= 1
        if self.runaway or not self._steps_left:
            raise Runaway(self.runaway or f"The loop takes more than {MAX_STEPS:,} steps.")
        if timeout is None:
            raise Stuck("Nothing is left to happen.")
        if timeout > 0:
            self.now += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, 0, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, 0, 0, None)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {}

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        raise KeyError(fileobj)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, whose seconds are virtual and whose threads are none."""

    # Of asyncio's base class, whose types leave them out.
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = RESOLUTION

    def time(self) -> float:
        """Give the virtual seconds since the run began."""
        return self._jumping.now

    def call_at(
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Plan a call; as asyncio does, with a handle that knows its process."""
        timer = _TimerHandle(when, callback, args, self, context)
        _push(self._scheduled, timer)
        timer._scheduled = True  # noqa: SLF001
        return timer

    def _call_soon(
        self,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        context: Context | None,
    ) -> asyncio.Handle:
        handle = _Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_soon(
        self,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Call in the next step; what is asked for after the end of a run is dropped."""
        if self.is_closed():
            return _Handle(callback, args, self, context)
        return self._call_soon(callback, args, context)

    def give_up(self, why: str) -> None:
        """End the run with the next step, by raising Runaway."""
        self._jumping.runaway = why

    def put_away(self) -> None:
        """Close the loop with what dead processes have left in it."""
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False  # noqa: SLF001  # pyright: ignore[reportAttributeAccessIssue]
        asyncio.set_event_loop(None)
        self.close()

    @property
    def ready(self) -> deque[asyncio.Handle]:
        """The steps that come next."""
        return self._ready

    def run_in_executor(
        self,
        executor: Any,  # noqa: ARG002, there is none
        func: Callable[..., Any],
        *args: Any,
    ) -> asyncio.Future[Any]:
        """Do it at once: there are no threads, and each takes no virtual time."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001, the caller's
            future.set_exception(error)
        return future
