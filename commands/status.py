"""`status` and `wait`: a push that was started before."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from commands.inputs import read_push_id
from commands.push import Json, print_started, until_interrupted
from commands.push_status import exit_code_of, fetch_status, print_status, reach_temporal
from dispatch.pushes import find_push

PushId = Annotated[str, typer.Argument(metavar="PUSH_ID", help="As `push` printed it.")]


def status(push_id: PushId, *, as_json: Json = False) -> int:
    """Show where a push stands.

    The exit code is 0 while it is pending, else that of its ending.

    Example: python starter.py status PUSH_ID
    """
    return asyncio.run(_status(read_push_id(push_id), as_json=as_json))


def wait(push_id: PushId, *, as_json: Json = False) -> int:
    """Wait until a push has ended.

    Prints how it ended; the exit code tells it, too.

    Example: python starter.py wait PUSH_ID
    """
    found = read_push_id(push_id)
    return until_interrupted(found, _wait(found, as_json=as_json))


async def _status(push_id: UUID, *, as_json: bool) -> int:
    push = await find_push(await reach_temporal(), push_id)
    current = await fetch_status(push)
    print_status(push, current, as_json=as_json)
    return exit_code_of(current)


async def _wait(push_id: UUID, *, as_json: bool) -> int:
    push = await find_push(await reach_temporal(), push_id)
    print_started(push)
    outcome = await push.outcome()
    print_status(push, outcome, as_json=as_json)
    return exit_code_of(outcome)
