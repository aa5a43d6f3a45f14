"""Waits for what must come, without hoping that a pause is long enough."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(check: Callable[[], Awaitable[object]], within: float = 30) -> None:
    """Return as soon as the check holds; AssertionError if it never does."""
    end = time.monotonic() + within
    while not await check():
        assert time.monotonic() < end, f"{check.__qualname__} did not hold within {within} s"
        await asyncio.sleep(0.05)
