"""An event loop on a virtual clock: where nothing is left to do, time jumps to what is due next."""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from heapq import heapify, heappop, heappush
from typing import Any

from simulation.processes import CURRENT, ProcessState

RESOLUTION = 1e-7
"""Seconds; what falls due so close together happens in one step."""

MAX_STEPS = 2_000_000
"""Of the loop in one run; a run of twenty pushes takes some ten thousand."""

MANY_TIMERS = 100
"""From so many on, those that were cancelled are cleared away when they are more than half."""


class Stuck(RuntimeError):
    """Nothing is left to happen, and yet somebody waits."""


class Runaway(RuntimeError):
    """Something goes on without end."""


class _Handle(asyncio.Handle):
    """A step of a task, without what asyncio keeps for debugging."""

    __slots__ = ()

    def __init__(
        self,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        loop: "VirtualLoop",
        context: Context | None,
    ) -> None:
        self._context = copy_context() if context is None else context
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = None
        self._source_traceback = None

    def cancel(self) -> None:
        """Never take the step."""
        self._cancelled = True
        self._callback, self._args = None, ()


class _TimerHandle(_Handle, asyncio.TimerHandle):
    __slots__ = ()

    def __init__(
        self,
        when: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        loop: "VirtualLoop",
        context: Context | None,
    ) -> None:
        _Handle.__init__(self, callback, args, loop, context)
        self._when = when
        self._scheduled = True

    def cancel(self) -> None:
        """Never take the step."""
        if not self._cancelled:
            if self._scheduled:
                self._loop.cancelled_timers += 1
            self._cancelled = True
            self._callback, self._args = None, ()


class _NoSelector(selectors.BaseSelector):
    """Has no files to watch; asyncio wants one."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        raise NotImplementedError(timeout)

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
    _stopping: bool

    def __init__(self) -> None:
        super().__init__(_NoSelector())
        self._now = 0.0
        self._runaway = ""
        self._steps_left = MAX_STEPS
        self._timers: list[tuple[float, int, _TimerHandle]] = []
        self._timer_count = 0
        self.cancelled_timers = 0

    # asyncio asks this of each future and task.
    get_debug = bool  # pyright: ignore[reportAssignmentType]

    def time(self) -> float:
        """Give the virtual seconds since the run began."""
        return self._now

    def call_at(
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Plan a call; what is due at the same moment comes in the order of the planning."""
        timer = _TimerHandle(when, callback, args, self, context)
        self._timer_count += 1
        heappush(self._timers, (when, self._timer_count, timer))
        return timer

    def call_later(
        self,
        delay: float,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Plan a call in so many virtual seconds."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_soon(
        self,
        callback: Callable[..., Any],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Call in the next step; what is asked for after the end of a run is dropped."""
        handle = _Handle(callback, args, self, context)
        if not self.is_closed():
            self._ready.append(handle)
        return handle

    # asyncio's own name for one turn of a loop.
    def _run_once(self) -> None:
        """Put the clock forward if nothing is ready, and take each step that is ready now."""
        self._steps_left -= 1
        if self._runaway or not self._steps_left:
            raise Runaway(self._runaway or f"The loop takes more than {MAX_STEPS:,} steps.")
        self._drop_cancelled()
        timers, ready = self._timers, self._ready
        if not (ready or self._stopping):
            if not timers:
                raise Stuck("Nothing is left to happen.")
            self._now += max(timers[0][0] - self._now, 0.0)
        until = self._now + RESOLUTION
        while timers and timers[0][0] < until:
            timer = heappop(timers)[2]
            timer._scheduled = False  # noqa: SLF001, the loop's own part
            ready.append(timer)
        for _ in range(len(ready)):
            self._step(ready.popleft())

    def _drop_cancelled(self) -> None:
        timers = self._timers
        if len(timers) > MANY_TIMERS and self.cancelled_timers * 2 > len(timers):
            timers = self._timers = [timer for timer in timers if not timer[2]._cancelled]  # noqa: SLF001
            heapify(timers)
            self.cancelled_timers = 0
        while timers and timers[0][2]._cancelled:  # noqa: SLF001
            self.cancelled_timers -= 1
            heappop(timers)[2]._scheduled = False  # noqa: SLF001

    def _step(self, handle: asyncio.Handle) -> None:
        """Take a step; of a frozen process it is kept, of a dead one it is dropped."""
        if handle._cancelled:  # noqa: SLF001
            return
        process = handle._context.get(CURRENT)  # noqa: SLF001
        if process is not None and process.condition is not ProcessState.RUNNING:
            if process.condition is ProcessState.FROZEN:
                process.parked.append(handle)
            return
        try:
            handle._context.run(handle._callback, *handle._args)  # noqa: SLF001
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001, as asyncio does
            self.call_exception_handler(
                {"message": f"Exception in {handle!r}", "exception": error, "handle": handle}
            )

    def give_up(self, why: str) -> None:
        """End the run with the next step, by raising Runaway."""
        self._runaway = why

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
