"""`push-all`: start many pushes from a file or standard input; run again, nothing is doubled."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from commands.asking import document_of, reach_temporal
from commands.endings import FAILED, INTERRUPTED, STARTED, WRONG_INPUT
from commands.lines import count_lines, paced_lines, read_pace, request_of_line
from commands.saying import remark, say_json
from dispatch.pushes import NotAPush, OtherPayload, start_push
from workflows.models import PushOutcome, sentence_of
from workflows.progress import PushProgress

_STARTED = PushProgress(stage="start", message="The push was accepted.")

Line = tuple[int, bytes]
Told = dict[str, Any]


@dataclass
class _Tally:
    """How the lines went."""

    bad: int = 0
    unsuccessful: int = 0
    done: int = 0

    @property
    def code(self) -> int:
        """The exit code of the whole."""
        if self.bad:
            return WRONG_INPUT
        return FAILED if self.unsuccessful else STARTED


def push_all(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines; - is standard input.")],
    pace: Annotated[str, typer.Option(metavar="5/s", help="Starts a second, minute, hour.")] = (
        "5/s"
    ),
    concurrency: Annotated[
        int, typer.Option(min=1, max=1000, help="How many at once; with --wait, under way.")
    ] = 20,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for each one's end.")] = False,
) -> int:
    """Start a push for each line, and print one JSON line for each.

    A line is {"companyId", "connectionId", "dataType", "data", "idempotencyKey", ...}; without a
    key it gets one of its content, so that equal records are one push. Interrupted, run it again:
    what was started is joined. Exit codes: 0; 1 not all succeeded; 2 a line is no push.

    Example: python starter.py push-all records.jsonl --pace 5/s --wait > results.jsonl
    """
    gap, total = read_pace(pace), count_lines(file)
    tally = _Tally()
    try:
        asyncio.run(_push_all(file, gap, concurrency, tally, total, wait=wait))
    except KeyboardInterrupt:
        remark(f"Interrupted after {tally.done} lines. Run it again to go on: nothing is doubled.")
        return INTERRUPTED
    remark(f"{tally.done} lines, {tally.bad} of them no push, {tally.unsuccessful} unsuccessful.")
    return tally.code


async def _push_all(  # noqa: PLR0913, the choices of the command
    source: str, gap: float, concurrency: int, tally: _Tally, total: int | None, *, wait: bool
) -> None:
    client = await reach_temporal()
    queue: asyncio.Queue[Line | None] = asyncio.Queue(maxsize=1)
    with _progress() as bar:
        task = bar.add_task("pushes", total=total)

        async def feed() -> None:
            async for line in paced_lines(source, gap):
                await queue.put(line)
            for _ in range(concurrency):
                await queue.put(None)

        async def work() -> None:
            while line := await queue.get():
                _count(tally, await _carry(client, line, wait=wait))
                bar.advance(task)

        await asyncio.gather(feed(), *(work() for _ in range(concurrency)))


def _count(tally: _Tally, told: Told) -> None:
    say_json(told)
    tally.done += 1
    tally.bad += "error" in told
    tally.unsuccessful += told.get("status") not in (None, "Pending", "Success")


async def _carry(client: Client, line: Line, *, wait: bool) -> Told:
    number, text = line
    try:
        request = request_of_line(text)
        push = await start_push(client, request)
        standing: PushOutcome | PushProgress = await push.outcome() if wait else _STARTED
    except ValidationError as error:
        return {"line": number, "error": sentence_of(error)}
    except (ValueError, OtherPayload, NotAPush) as error:
        return {"line": number, "error": str(error)}
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:
            raise
        return {"line": number, "error": f"Temporal refused it: {error.message}"}
    told = document_of(push, standing)
    return {"line": number, "idempotencyKey": request.idempotency_key, "isNew": push.is_new, **told}


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
