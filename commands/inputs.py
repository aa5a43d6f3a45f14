"""What a caller gives on the command line, read into a push request; all complaints at once."""

import getpass
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from codat.exact_json import loads
from commands.exit_codes import WRONG_INPUT, CommandError
from workflows.input_errors import sentence_of
from workflows.models import MAX_RECORD_BYTES, PushRequest

MAX_BYTES = 4 * MAX_RECORD_BYTES
"""Of the text: blanks and escapes don't count against the record."""

_OPTIONS = {
    "companyId": "--company",
    "connectionId": "--connection",
    "dataType": "--data-type",
    "data": "--data",
    "idempotencyKey": "--idempotency-key",
    "forceUpdate": "--force-update",
    "ordering": "--ordering",
    "kind": "--kind",
    "recordId": "--record-id",
    "attachmentId": "--attachment-id",
    "file": "--file",
    "timeoutInMinutes": "--timeout-in-minutes",
    "validation": "--validation",
}
_FIELD = re.compile(rf"(?:(?<=; )|^)({'|'.join(_OPTIONS)})\b")


def read_record(source: str) -> Any:  # noqa: ANN401, JSON is anything
    """Read JSON from a file, or from standard input for `-`; CommandError says what is wrong."""
    refuse_empty(data=source)
    name = "standard input" if source == "-" else source
    try:
        raw = _bytes(source)
    except OSError as error:
        raise _wrong(f"--data: {name} can't be read: {error.strerror}.") from None
    if len(raw) > MAX_BYTES:
        raise _wrong(
            f"--data: the record may have at most {MAX_RECORD_BYTES} bytes, {name} has more."
        )
    try:
        return loads(raw)
    except ValueError as error:
        raise _wrong(f"--data: {name} holds no record: {error}") from None


def read_request(given: Mapping[str, Any]) -> PushRequest:
    """Build a push request of what was given; CommandError names the options that are wrong."""
    present = {name: value for name, value in given.items() if value is not None}
    try:
        return PushRequest.model_validate(present)
    except ValidationError as error:
        sentence = sentence_of(error)
    raise _wrong(name_options(sentence))


def name_options(sentence: str) -> str:
    """Call the fields of a request by the options that set them."""
    return _FIELD.sub(lambda found: _OPTIONS[found[1]], sentence)


def read_minutes(text: str | None) -> int | str | None:
    """Read whole minutes; what is none stays text, and the request refuses it."""
    whole = text is not None and re.fullmatch(r"[+-]?[0-9]{1,9}", text.strip())
    return int(text) if text is not None and whole else text


def refuse_empty(**options: str | None) -> None:
    """Raise CommandError for an option whose value is empty, such as that of an unset variable."""
    for name, text in options.items():
        if text is not None and not text.strip():
            raise _wrong(f"--{name.replace('_', '-')} must not be empty.")


def read_push_id(text: str) -> UUID:
    """Read the id of a push, or of its workflow; else CommandError."""
    try:
        return UUID(text.removeprefix("push-"))
    except ValueError:
        raise _wrong(f"PUSH_ID must be a UUID, as `push` prints it, not {text[:60]!r}.") from None


def operator() -> str:
    """Name whoever runs the command; a container may run it as a user that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _bytes(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(source).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _wrong(message: str) -> CommandError:
    return CommandError(message, WRONG_INPUT)
