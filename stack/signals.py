"""How the stack's commands end: on a signal, in order, leaving nothing behind."""

import asyncio
import signal
from collections.abc import Awaitable

INTERRUPTED = 130


async def until_signal(work: Awaitable[int]) -> int:
    """Run it; SIGINT, SIGTERM or SIGHUP cancels it once, and its clean-up then runs whole."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupt)
    try:
        return await task
    except asyncio.CancelledError:
        return INTERRUPTED
