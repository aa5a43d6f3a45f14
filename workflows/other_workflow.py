"""Calls to other workflows from a push's steps."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from temporalio import workflow


async def done_apart(call: Coroutine[Any, Any, Any]) -> BaseException | None:
    """Await the start of a child, or a signal, in a task of its own; give the failure, if any.

    A reset cancels the step that awaits it, which then ends here. Awaited directly, the SDK
    (temporalio 1.35.0) forgets the cancellation, and the step goes on as if there were no reset.
    """
    apart = asyncio.ensure_future(call)
    await workflow.wait([apart])
    return apart.exception()
