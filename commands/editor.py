"""A record mended in the operator's editor: what was wrong beside it, what changed after it."""

import difflib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import simplejson
import typer

from codat.exact_json import loads
from codat.models import Problem
from commands.exit_codes import WRONG_INPUT, CommandError
from commands.output import print_note

_COLOURS = {"+": "green", "-": "red"}


def edit(
    record: object, remarks: Iterable[str], validate: Callable[[Any], list[Problem]], *, ask: bool
) -> Any | None:  # noqa: ANN401, JSON is anything
    """Let the operator mend a record until it fits; None when nothing is to be done after all.

    `judge` gives what is wrong with a record by the platform's options. Without `ask` the first
    attempt counts. CommandError when the editor or its result is no good.
    """
    before = text = _text(record)
    heads = list(remarks)
    while True:
        text = _edited(text, heads)
        try:
            mended = _read(text)
        except ValueError as error:
            heads = [str(error)]
            print_note(str(error), style="red")
        else:
            heads = _complaints(validate(mended))
            if not heads:
                return mended if _is_wanted(before, mended, ask=ask) else None
        if not (ask and _confirmed("Edit it again?")):
            raise CommandError(f"Nothing was retried: {heads[0]}", WRONG_INPUT)


def _complaints(problems: Iterable[Problem]) -> list[str]:
    errors: list[str] = []
    for problem in problems:
        rule = f" (rule: {problem.rule})" if problem.rule else ""
        print_note(f"{problem.severity}: {problem.pointer or '/'}: {problem.message}{rule}")
        if problem.severity == "error":
            errors.append(f"{problem.pointer or '/'}: {problem.message}{rule}")
    return errors


def _is_wanted(before: str, mended: object, *, ask: bool) -> bool:
    after = _text(mended)
    if before == after:
        print_note("Nothing was changed, so nothing is retried.")
        return False
    lines = difflib.unified_diff(
        before.split("\n"), after.split("\n"), "before", "after", lineterm="", n=2
    )
    for line in lines:
        print_note(line, style=_COLOURS.get(line[:1]))
    return not ask or _confirmed("Retry the push with this record?")


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


def _text(record: object) -> str:
    return simplejson.dumps(record, use_decimal=True, ensure_ascii=False, indent=2) + "\n"


def _read(text: str) -> Any:  # noqa: ANN401, JSON is anything
    return loads("\n".join("" if _is_note(line) else line for line in text.split("\n")))


def _is_note(line: str) -> bool:
    # No line of JSON begins so. Only "\n" ends one: U+2028 and its like may stand in a text.
    return line.lstrip().startswith("//")


def _edited(text: str, remarks: Iterable[str]) -> str:
    body = "\n".join(line for line in text.split("\n") if not _is_note(line))
    notes = "".join(f"// {line}\n" for note in remarks for line in note.splitlines())
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "record.json")
        file.write_text(notes + body, encoding="utf-8")
        try:
            ran = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603, theirs
        except (OSError, ValueError) as error:
            raise CommandError(
                f"The editor {editor!r} can't be run: {error}.", WRONG_INPUT
            ) from None
        if ran.returncode:
            message = f"The editor {editor!r} failed, so nothing is retried."
            raise CommandError(message, WRONG_INPUT)
        return file.read_text(encoding="utf-8", errors="replace")
