"""What travels through Temporal, and how large it may be.

A payload has at most 2 MiB and a message 4 MiB, or the workflow's task fails for ever. A record has
1 MiB at most; all else that travels with it is bounded here and fits beside it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

MAX_SENTENCE = 1000
MAX_WORD = 255
"""Characters."""

MAX_FINDINGS = 100
MAX_LIST = 64 * 1024
"""Bytes of a list's JSON."""

S = TypeVar("S")
T = TypeVar("T", bound=BaseModel)


class Wire(BaseModel):
    """A model that travels through Temporal: frozen, camelCase, absent means null.

    What an activity gives back has a field without a default, so that `{}`, by which an operator
    completes an activity by hand, is never taken for an answer.
    """

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


def cut(text: str, most: int = MAX_SENTENCE) -> str:
    """Give the beginning of a text that is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _word(text: str) -> str:
    return cut(text, MAX_WORD)


Sentence = Annotated[str, AfterValidator(cut)]
"""A text for people, cut where it is long."""

Word = Annotated[str, AfterValidator(_word)]
"""A name or an id, cut where it is long."""


def fitting(items: Iterable[T], most: int = MAX_LIST) -> list[T]:
    """Give the first of these whose JSON has no more bytes than that, all together."""
    kept: list[T] = []
    for item in items:
        most -= len(item.model_dump_json(by_alias=True, exclude_none=True).encode()) + 1
        if most < 0:
            break
        kept.append(item)
    return kept


class Finding(Wire):
    """One remark on a record: where (RFC 6901), what, and by which rule."""

    pointer: Word
    message: Sentence
    rule: Word | None = None


_MORE = re.compile(r"and ([0-9,]{1,20}) more")


def _left_out(finding: Finding) -> int:
    """Count the findings that this one stands for; 0 if it is one itself."""
    more = None if finding.pointer else _MORE.fullmatch(finding.message)
    return int(more[1].replace(",", "")) if more else 0


def count_of(findings: Sequence[Finding]) -> int:
    """Count findings, those that were left out too."""
    return sum(_left_out(finding) or 1 for finding in findings)


def findings_of(items: Sequence[S], make: Callable[[S], Finding]) -> list[Finding]:
    """Make findings of the first items; there may be thousands, and only these are kept."""
    kept = [make(item) for item in items[:MAX_FINDINGS]]
    return [*kept, _more(len(items) - len(kept))] if len(items) > len(kept) else kept


def _more(count: int) -> Finding:
    return Finding(pointer="", message=f"and {count:,} more")


def first_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Keep the first findings and say how many more there are."""
    own = [finding for finding in findings if not _left_out(finding)]
    kept = fitting(own[:MAX_FINDINGS])
    more = count_of(findings) - len(kept)
    return [*kept, _more(more)] if more else kept


Findings = Annotated[list[Finding], AfterValidator(first_findings)]
"""The first findings; the last one says how many more there are."""
