"""How long the sentences of a Markdown page are: its prose, without code, tables and headings."""

import re
from collections.abc import Iterator
from statistics import quantiles

from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark").enable("table")
_APART = {"table", "heading"}
_SENTENCE = re.compile(r"(?<=[.!?])[*_)\"']*\s+")


def sentences(page: str) -> list[str]:
    """Give the sentences of a page; code within one counts as one word, a link by its text."""
    return [
        sentence
        for paragraph in _paragraphs(page)
        for sentence in _SENTENCE.split(paragraph)
        if _words(sentence)
    ]


def lengths(page: str) -> list[int]:
    """Count the words of each sentence."""
    return [_words(sentence) for sentence in sentences(page)]


def median_and_p90(page: str) -> tuple[float, float]:
    """Give the median and the ninth decile of the lengths."""
    deciles = quantiles(lengths(page), n=10, method="inclusive")
    return deciles[4], deciles[8]


def _paragraphs(page: str) -> Iterator[str]:
    apart = 0
    for token in _READER.parse(page):
        name, _, end = token.type.rpartition("_")
        if name in _APART:
            apart += 1 if end == "open" else -1
        if token.type == "inline" and not apart:
            yield "".join(_text(child.type, child.content) for child in token.children or [])


def _text(kind: str, content: str) -> str:
    match kind:
        case "text":
            return content
        case "code_inline":
            return "code"
        case "softbreak" | "hardbreak":
            return " "
        case _:
            return ""


def _words(sentence: str) -> int:
    return sum(any(letter.isalnum() for letter in word) for word in sentence.split())
