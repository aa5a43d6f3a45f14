"""Conditions for Temporal's list of workflows; every value is written in here, so none says more.

SQL and Elasticsearch stores read quotes, backslashes and control characters each in its own way,
and some can't be told of them at all.
"""

import re
from collections.abc import Iterable
from datetime import datetime

_UNSAYABLE = re.compile(r"""["'`\\]""")


def equals(name: str, value: object) -> str:
    """Write the condition that an attribute has this value.

    Where that can't be said the condition holds for more: what is found has to be compared.
    """
    text = str(value)
    sayable = _sayable_start(text)
    if sayable == text:
        return f'{name}="{text}"'
    return f'{name} STARTS_WITH "{sayable}"' if sayable else f"{name} IS NOT NULL"


def among(name: str, values: Iterable[object]) -> str:
    """Write the condition that an attribute has one of these values; ValueError for odd ones."""
    texts = [str(value) for value in values]
    for text in texts:
        if _sayable_start(text) != text:
            raise ValueError(f"{text[:60]!r} can't be searched for: it holds odd characters.")
    quoted = ", ".join(f'"{text}"' for text in texts)
    return f"{name} IN ({quoted})"


def time_text(moment: datetime) -> str:
    """Write a moment as conditions have it, in whole seconds."""
    return moment.isoformat(timespec="seconds")


def _sayable_start(text: str) -> str:
    odd = _UNSAYABLE.search(text)
    start = text[: odd.start()] if odd else text
    if start.isprintable():
        return start
    return next(
        (start[:end] for end, character in enumerate(start) if not character.isprintable()), start
    )
