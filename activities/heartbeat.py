"""Signs of life, so that what a killed worker was reading is soon read by another."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import activity

HEARTBEAT = timedelta(seconds=10)
"""After so much silence a read is given to another worker."""

EVERY = timedelta(seconds=3)


@asynccontextmanager
async def heartbeating() -> AsyncGenerator[None]:
    """Heartbeat every three seconds while the block runs; a short read never does."""
    task = asyncio.create_task(_beat())
    try:
        yield
    finally:
        task.cancel()


async def _beat() -> None:
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        activity.heartbeat()
