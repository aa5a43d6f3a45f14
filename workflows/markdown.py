"""Foreign text in what Temporal's UI shows as Markdown: shown as it is, never as markup or a link.

The UI renders details and summaries, raw HTML and bare addresses included.
"""

import re

_MARKUP = re.compile(
    r"[\\`*\[\]<~$]"  # code, emphasis, links, HTML, formulas
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore, but inside a word
    r"|(?<=[A-Za-z]):(?=\S)"  # https://..., mailto:...
)


def plain(text: str) -> str:
    """Give a text, on one line, that is shown letter by letter."""
    return _MARKUP.sub(r"\\\g<0>", _one_line(text))


def code(text: str) -> str:
    """Give a text as code; a backtick, which would end it, becomes an apostrophe."""
    return f"`{_one_line(text).replace('`', chr(39))}`"


def _one_line(text: str) -> str:
    return " ".join(text.split())
