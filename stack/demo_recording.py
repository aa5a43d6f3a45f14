"""`make demo | python -m stack.demo_recording`: draws what the demo printed as an SVG.

It reads the text from standard input and writes docs/images/demo.svg, which the README shows.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from stack.process import ROOT

PICTURE = ROOT / "docs" / "images" / "demo.svg"
WIDTH = 140

_BEGIN = "dev.py demo"
_TIMES = re.compile(r"(?:real|user|sys)\s")
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""The fonts that rich names come from the network; without them the viewer takes its own."""

_STYLES = {
    r"\bSuccess\b": "bold green",
    r"\bFailed\b": "bold red",
    r"\bTimedOut\b": "bold yellow",
    r"\bUnknown\b": "bold magenta",
    r"^ *\d+\.\d s": "dim",
    r"Killed worker \d+ \(SIGKILL\)": "bold red",
    r"No record was written twice": "bold green",
    r"^\$ .*": "bold",
}


def shown(lines: Iterable[str]) -> Iterator[str]:
    """Give the command and what it printed, without the setup before and the times after it."""
    rest = iter(lines)
    if not any(_BEGIN in line for line in rest):
        return
    yield "$ make demo"
    for line in rest:
        if _TIMES.match(line):
            return
        if line.strip():
            yield line.rstrip()


def picture(lines: Iterable[str]) -> str:
    """Draw the lines as a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in shown(lines):
        text = Text(line)
        for pattern, style in _STYLES.items():
            text.highlight_regex(pattern, style)
        console.print(text)
    return _FONTS.sub("", console.export_svg(title="make demo", unique_id="demo"))


if __name__ == "__main__":
    PICTURE.write_text(picture(sys.stdin), encoding="utf-8")
