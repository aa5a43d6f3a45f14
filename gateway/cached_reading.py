"""What was read a while ago: shown at once, with its age, while it is read anew."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from codat.clock import utc_now

log = logging.getLogger("surepush.gateway")

Value = TypeVar("Value")


@dataclass(frozen=True)
class CachedValue(Generic[Value]):
    """What was read, as it was at `read_at` (UTC)."""

    value: Value
    read_at: datetime

    @property
    def age(self) -> timedelta:
        """How long ago it was read."""
        return utc_now() - self.read_at


class CachedReading(Generic[Value]):
    """Reads once for all who ask within a while; one reading runs at a time."""

    def __init__(self, read: Callable[[], Awaitable[Value]], fresh: timedelta) -> None:
        self._read = read
        self._fresh = fresh
        self._known: CachedValue[Value] | None = None
        self._task: asyncio.Task[CachedValue[Value]] | None = None

    async def get(self, within: float | None = None) -> CachedValue[Value] | None:
        """Return a fresh reading, or after `within` seconds what is known; None: nothing yet.

        A reading that takes longer goes on. Raises: what it failed of, where nothing is known.
        """
        if self._known and self._known.age < self._fresh:
            return self._known
        if self._task is None:
            self._task = asyncio.create_task(self._begin())
            self._task.add_done_callback(_log_failure)
        task = self._task
        await asyncio.wait({task}, timeout=within)
        if task.done() and not self._known:
            return task.result()
        return self._known

    async def _begin(self) -> CachedValue[Value]:
        try:
            begun = utc_now()
            self._known = CachedValue(await self._read(), begun)
            return self._known
        finally:
            self._task = None


def _log_failure(task: asyncio.Task[Any]) -> None:
    """Say of what a reading failed: whoever asked for it may be gone."""
    if not task.cancelled() and task.exception():
        log.warning("What pages show can't be read: %s", task.exception())
