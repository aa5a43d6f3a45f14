"""Many records, one JSON object a line, read as push requests."""

import asyncio
import re
import stat
import sys
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast
from uuid import UUID

from codat.exact_json import loads
from commands.exit_codes import WRONG_INPUT, CommandError
from commands.inputs import MAX_BYTES
from commands.line_files import LineFile, named_file, with_facts
from workflows.models import PushRequest

_PACE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)/([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def read_pace(text: str) -> float:
    """Read a pace such as 5/s, 90/m or 600/h as seconds between two; else CommandError."""
    parts = _PACE.fullmatch(text.strip())
    if not parts or not float(parts[1]):
        raise CommandError(
            f"--pace must be such as 5/s, 90/m or 600/h, not {text[:40]!r}.", WRONG_INPUT
        )
    return _SECONDS[parts[2]] / float(parts[1])


async def paced_lines(source: str, gap: float) -> AsyncGenerator[tuple[int, bytes]]:
    """Give the lines that are not blank with their numbers, `gap` seconds apart; CommandError."""
    file = sys.stdin.buffer if source == "-" else _opened(source)
    loop, number, due = asyncio.get_running_loop(), 0, 0.0
    # Not the loop's own threads: it would wait for one that reads from a silent pipe.
    reader = ThreadPoolExecutor(1)
    try:
        while line := await loop.run_in_executor(reader, file.readline, MAX_BYTES):
            number += 1
            if not line.strip():
                continue
            await asyncio.sleep(max(due - loop.time(), 0))
            due = max(due, loop.time()) + gap
            yield number, line
        file.close()
    finally:
        reader.shutdown(wait=False)


def count_lines(source: str) -> int | None:
    """Count the lines of a file; None for what can be read only once, such as a pipe."""
    if source == "-" or not _can_be_read_again(source):
        return None
    with _opened(source) as file:
        return sum(bool(line.strip()) for line in file)


class EqualLines(StrEnum):
    """What is meant by lines that are equal and have no idempotencyKey."""

    ONE = "one"
    EACH = "each"


class EqualLine(ValueError):
    """A line is equal to the line `first`, and nobody says what is meant."""

    def __init__(self, first: int) -> None:
        super().__init__(
            f"It is equal to line {first} and has no idempotencyKey: give keys, or say "
            "--equal-lines=one (they are one push) or --equal-lines=each (a push each)."
        )
        self.first = first


class ReadLine(NamedTuple):
    """A line's request, the number of the earlier line that it is equal to, and its file."""

    request: PushRequest
    equal_to: int | None = None
    file: LineFile | None = None


class RequestReader:
    """Reads lines as push requests, and notices those that are equal.

    A path of a file starts in `folder`, which is that of the lines.
    """

    def __init__(self, equal: EqualLines | None, folder: Path = Path()) -> None:
        self._equal = equal
        self._folder = folder
        self._seen: dict[UUID, tuple[int, int]] = {}

    def read(self, number: int, line: bytes) -> ReadLine:
        """Read a line as a push request; the file that it names is read, and stored by nobody yet.

        Without an idempotencyKey it gets one of its content. Raises: ValueError (ValidationError
        is one) when the line is no push, EqualLine when it may be meant as one push or as two.
        """
        given = _object(line)
        file = named_file(given, self._folder)
        request = PushRequest.model_validate(with_facts(given, file) if file else given)
        if request.idempotency_key is not None:
            return ReadLine(request, None, file)
        keyed = _keyed(request)
        first, times = self._seen.get(keyed.push_id, (number, 0))
        self._seen[keyed.push_id] = first, times + 1
        if not times:
            return ReadLine(keyed, None, file)
        if self._equal is None:
            raise EqualLine(first)
        keyed = keyed if self._equal is EqualLines.ONE else _keyed(request, times + 1)
        return ReadLine(keyed, first, file)


def _keyed(request: PushRequest, times: int = 1) -> PushRequest:
    """Give a request a key of its content, and of how often there was such a line."""
    key = f"sha256-{request.digest}{f'-{times}' if times > 1 else ''}"
    return request.model_copy(update={"idempotency_key": key})


def _object(line: bytes) -> dict[str, Any]:
    given = loads(line)
    if not isinstance(given, dict):
        raise ValueError("The line must be a JSON object with companyId, dataType, data ...")  # noqa: TRY004
    return cast("dict[str, Any]", given)


def _can_be_read_again(source: str) -> bool:
    try:
        return stat.S_ISREG(Path(source).stat().st_mode)
    except OSError:
        return True  # opening it says what is wrong


def _opened(source: str) -> BinaryIO:
    try:
        return Path(source).open("rb")
    except OSError as error:
        message = f"FILE: {source} can't be read: {error.strerror}."
        raise CommandError(message, WRONG_INPUT) from None
