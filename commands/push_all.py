"""`push-all`: start many pushes from a file or standard input; run again, nothing is doubled."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from commands.exit_codes import FAILED, INTERRUPTED, STARTED, WRONG_INPUT, CommandError
from commands.jsonl import (
    EqualLine,
    EqualLines,
    RequestReader,
    count_lines,
    paced_lines,
    read_pace,
)
from commands.line_files import LineFile
from commands.output import print_json, print_note
from commands.push_status import document_of, reach_temporal
from dispatch.connection_errors import meaning_of_first_use
from dispatch.pushes import start_push
from workflows.input_errors import sentence_of
from workflows.models import PushOutcome, PushProgress, PushRequest

_STARTED = PushProgress(stage="start", message="The push was accepted.")

Report = dict[str, Any]


@dataclass(frozen=True)
class _InputLine:
    """A line as it was read: a push request, perhaps equal to an earlier line, or no push."""

    number: int
    request: PushRequest | None = None
    equal_to: int | None = None
    file: LineFile | None = None
    error: str = ""


@dataclass
class _Tally:
    """How the lines went."""

    bad: int = 0
    equal: int = 0
    refused: int = 0
    unsuccessful: int = 0
    done: int = 0

    @property
    def code(self) -> int:
        """The exit code of the whole."""
        if self.refused:
            return WRONG_INPUT
        return FAILED if self.unsuccessful else STARTED

    def __str__(self) -> str:
        return (
            f"{self.done} lines, {self.equal} of them equal to an earlier one, {self.bad} no push, "
            f"{self.unsuccessful} unsuccessful."
        )


def push_all(  # noqa: PLR0913, the options of the command
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines; - is standard input.")],
    pace: Annotated[str, typer.Option(metavar="5/s", help="Starts a second, minute, hour.")] = (
        "5/s"
    ),
    concurrency: Annotated[
        int, typer.Option(min=1, max=1000, help="How many at once; with --wait, under way.")
    ] = 20,
    equal_lines: Annotated[
        EqualLines | None, typer.Option(help="Equal lines without a key: one push, or one each.")
    ] = None,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for each one's end.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say which lines are no push; start nothing.")
    ] = False,
) -> int:
    """Start a push for each line of a file.

    Prints one JSON line for each. A line is {"companyId", "connectionId", "dataType", "data",
    "idempotencyKey", ...}. Without a key it gets one of its content, and an equal line is refused
    unless --equal-lines says what is meant. Interrupted, run it again: what was started is joined.
    With "kind": "attach" a line has a "file", a path from the folder of FILE, in place of data.
    Exit codes: 0; 1 not all succeeded; 2 a line is no push, or equal to an earlier one.

    Example: python starter.py push-all records.jsonl --pace 5/s --wait > results.jsonl
    """
    gap, total = read_pace(pace), count_lines(file)
    tally = _Tally()
    reader = RequestReader(equal_lines, Path() if file == "-" else Path(file).parent)
    if check and wait:
        raise CommandError(
            "--check starts nothing, so there is nothing to --wait for.", WRONG_INPUT
        )
    if check:
        asyncio.run(_check_all(file, tally, reader))
        print_note(f"{tally} Nothing was started.")
        return tally.code
    try:
        asyncio.run(_push_all(file, gap, concurrency, tally, total, reader, wait=wait))
    except KeyboardInterrupt:
        print_note(
            f"Interrupted after {tally.done} lines. Run it again to go on: nothing is doubled."
        )
        return INTERRUPTED
    print_note(str(tally))
    return tally.code


async def _check_all(source: str, tally: _Tally, reader: RequestReader) -> None:
    async for number, text in paced_lines(source, 0):
        line = _read(reader, number, text)
        about = _about(line, line.request) if line.request else {"error": line.error}
        found = {"pushId": str(line.request.push_id)} if line.request else {}
        _count(tally, line, {"line": number, **about, **found})


async def _push_all(  # noqa: PLR0913, PLR0917, the choices of the command
    source: str,
    gap: float,
    concurrency: int,
    tally: _Tally,
    total: int | None,
    reader: RequestReader,
    *,
    wait: bool,
) -> None:
    client = await reach_temporal()
    queue: asyncio.Queue[_InputLine | None] = asyncio.Queue(maxsize=1)
    with _progress() as bar:
        task = bar.add_task("pushes", total=total)

        async def feed() -> None:
            async for number, text in paced_lines(source, gap):
                await queue.put(await asyncio.to_thread(_read, reader, number, text))
            for _ in range(concurrency):
                await queue.put(None)

        async def work() -> None:
            while line := await queue.get():
                _count(tally, line, await _carry(client, line, wait=wait))
                bar.advance(task)

        await asyncio.gather(feed(), *(work() for _ in range(concurrency)))


def _read(reader: RequestReader, number: int, text: bytes) -> _InputLine:
    try:
        return _InputLine(number, *reader.read(number, text))
    except EqualLine as error:
        return _InputLine(number, equal_to=error.first, error=str(error))
    except ValidationError as error:
        return _InputLine(number, error=sentence_of(error))
    except ValueError as error:
        return _InputLine(number, error=str(error))


def _count(tally: _Tally, line: _InputLine, report: Report) -> None:
    print_json(report)
    tally.done += 1
    tally.equal += line.equal_to is not None
    tally.refused += "error" in report
    tally.bad += "error" in report and line.equal_to is None
    tally.unsuccessful += report.get("status") not in (None, "Pending", "Success")


async def _carry(client: Client, line: _InputLine, *, wait: bool) -> Report:
    number, request = line.number, line.request
    if request is None:
        return {"line": number, "error": line.error}
    try:
        if line.file:
            request = await line.file.stored(client, request)
        push = await start_push(client, request)
        current: PushOutcome | PushProgress = await push.outcome() if wait else _STARTED
    except ValueError as error:  # another record under its key, for one
        return {"line": number, "error": str(error)}
    except RPCError as error:
        is_refused = error.status is RPCStatusCode.INVALID_ARGUMENT
        if not is_refused or meaning_of_first_use(error):
            raise
        return {"line": number, "error": f"Temporal refused it: {error.message}"}
    return {**_about(line, request), "isNew": push.is_new, **document_of(push, current)}


def _about(line: _InputLine, request: PushRequest) -> Report:
    about: Report = {"line": line.number, "idempotencyKey": request.idempotency_key}
    return about | ({"equalTo": line.equal_to} if line.equal_to else {})


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
