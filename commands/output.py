"""What is printed: results on standard output, the rest on standard error."""

import sys
from collections.abc import Mapping

from rich.console import Console

from codat.exact_json import dumps


def print_result(text: str = "", *, style: str | None = None) -> None:
    """Print a line of the result for a person; colours only on a terminal."""
    _print(Console(), text, style)


def print_note(text: str, *, style: str | None = None) -> None:
    """Print a line that is no part of the result."""
    _print(Console(stderr=True), text, style)


def print_json(document: Mapping[str, object]) -> None:
    """Print the result for a program: one JSON object, every number with its own digits."""
    sys.stdout.write(dumps(document) + "\n")
    sys.stdout.flush()


def printable(text: str) -> str:
    """Blank out control characters, which a terminal would obey: a platform's words are free."""
    return "".join(
        character if character.isprintable() or character == "\n" else " " for character in text
    )


def _print(console: Console, text: str, style: str | None) -> None:
    console.print(
        printable(text), style=style, markup=False, highlight=False, emoji=False, soft_wrap=True
    )
