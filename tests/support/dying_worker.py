"""`python -m tests.support.dying_worker MOMENT STEP`: our worker, which kills itself there.

The moments are those between a plan and the push of a step, which last too short a time to be met
from outside. It dies by SIGKILL, as in a power cut.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import Any

import dispatch.plan_steps as starting
import worker
import workflows.push as pushing
from activities.plan_steps import StepEnd
from dispatch.pushes import Push
from workflows.models import PushOutcome, PushRequest
from workflows.plan.progress import Progress
from workflows.state import PushState

MOMENTS = ("before its start", "started, unreported", "ended, untold", "told, unread")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(moment: str, step: str) -> None:
    """Replace what happens at the moment by the worker's death."""
    start, tell, take = starting.start_push, pushing.tell_plan, Progress.take_end

    async def dying_start(client: Any, request: PushRequest, **more: Any) -> Push:
        is_it = (request.idempotency_key or "").endswith(f"/{step}")
        if is_it and moment == "before its start":
            _die()
        push = await start(client, request, **more)
        if is_it and moment == "started, unreported":
            _die()
        return push

    async def dying_tell(state: PushState, outcome: PushOutcome) -> None:
        link = state.request.plan
        if link and link.step == step and moment == "ended, untold":
            _die()
        await tell(state, outcome)

    def dying_take(progress: Progress, end: StepEnd) -> None:
        if end.step == step and moment == "told, unread":
            _die()
        take(progress, end)

    starting.start_push, pushing.tell_plan = dying_start, dying_tell
    setattr(Progress, "take_end", dying_take)  # noqa: B010, pyright wants the same names


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    die_at(*sys.argv[1:])
    asyncio.run(worker.main())
