"""Whether a text or a number in the books may be what became of one that was sent."""

import re
import unicodedata
from collections.abc import Iterator

from activities.platform_changes import folded, may_become

_MASK = re.compile(r"[*•]|[xX]{2}")
_LAST = 4
"""Letters and digits at the end that all forms of one number share."""


def may_be_text(sent: str, read: str, own_words: frozenset[str]) -> bool:
    """Tell whether it was cut, written in other letters, or joined with words of the record."""
    theirs = _words(read)
    is_of_its_words = theirs <= words_of(sent) or _words(sent) <= theirs <= own_words
    if may_become(sent, read) or is_of_its_words:
        return True
    return any(theirs in ours for ours, theirs in _forms(sent, read))


def may_be_name(sent: str, read: str, own_words: frozenset[str]) -> bool:
    """Tell whether it may be that text, or stand beside others; platforms add to names."""
    if may_be_text(sent, read, own_words) or _words(sent) <= _words(read):
        return True
    return any(ours in theirs for ours, theirs in _forms(sent, read))


def may_be_number(sent: str, read: str, _: frozenset[str]) -> bool:
    """Tell whether these may be one number, with or without its prefix, masked or cut."""
    ours, theirs = _ascii(sent).lstrip("0"), _ascii(read).lstrip("0")
    if _MASK.search(read) or ours in theirs or theirs in ours:
        return True
    return ours[-_LAST:] == theirs[-_LAST:]


def words_of(value: str) -> frozenset[str]:
    """Give the words of a text, as they are and without accents, in lower case."""
    parts = unicodedata.normalize("NFKD", value)
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return frozenset(_words(value) | _words(plain))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _forms(sent: str, read: str) -> Iterator[tuple[str, str]]:
    """Give both as letters and digits; then only the ASCII ones, where others were spoilt."""
    yield folded(sent), folded(read)
    ours, theirs = _ascii(sent), _ascii(read)
    if not (sent.isascii() and read.isascii()) and bool(ours) == bool(theirs):
        yield ours, theirs


def _ascii(text: str) -> str:
    return "".join(letter for letter in folded(text) if letter.isascii())
