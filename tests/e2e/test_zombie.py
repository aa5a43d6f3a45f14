"""A worker that is frozen before it sends (SIGSTOP) and goes on after another one has sent."""

import os
import signal
import sys
from uuid import uuid4

from stack.process import ROOT, Process
from tests.support.eventually import eventually
from tests.support.worker_kill import Place

PACE = f"""
import asyncio, logging, sys
from datetime import timedelta
sys.path.insert(0, {str(ROOT)!r})
import activities.push, workflows.steps.send, worker
activities.push.SEND_WITHIN = timedelta(seconds=2)
workflows.steps.send.CALL_TIMEOUT = timedelta(seconds=3)
logging.basicConfig(level=logging.INFO)
"""
FREEZABLE = """
from codat.client import CodatClient
send = CodatClient.push

async def slowly(*given, **named):
    print("about to send", flush=True)
    await asyncio.sleep(0.5)
    try:
        return await send(*given, **named)
    except BaseException as error:
        print("nothing sent:", repr(error), flush=True)
        raise

CodatClient.push = slowly
"""
RUN = "asyncio.run(worker.main())"


async def start(stack, queue, more=""):
    around = {
        **stack.environment,
        "PUSH_TASK_QUEUE": queue,
        "PUSH_FIND_FOR": "PT1S",
        "CODAT_IDEMPOTENCY": "ignored",
    }
    command = (sys.executable, "-c", PACE + more + RUN)
    return await Process.start("worker", command, around, stack.folder / f"{uuid4()}.log")


async def test_a_frozen_worker_comes_too_late_to_send(stack, emulator):
    place = Place(stack, emulator)
    await emulator.seed(place.company, place.connection, delay=0)
    frozen = await start(stack, place.company, FREEZABLE)
    await frozen.says("Worker ready")
    push = await place.push()
    await frozen.says("about to send")
    os.kill(frozen.id, signal.SIGSTOP)
    other = await start(stack, place.company)
    try:
        outcome = await push.outcome()
        os.kill(frozen.id, signal.SIGCONT)
        await frozen.says("nothing sent:")
        await eventually(lambda: everything_answered(place, push))
        posts = (await place.glimpse(push)).posts
    finally:
        os.kill(frozen.id, signal.SIGCONT)
        await other.stop()
        await frozen.kill()

    assert ("Success", 1) == (outcome.status, len(posts))


async def everything_answered(place, push):
    return not (await place.glimpse(push)).unanswered
