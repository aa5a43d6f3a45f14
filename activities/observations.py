"""What one fact of a record in the books says of the record that was sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from codat.validation.pointers import pointer

_LONGEST = 40
"""Characters of a value that a sentence shows."""

Path = tuple[str | int, ...]


class Topic(StrEnum):
    """What a fact is about. Two facts are independent when nothing changes both at once.

    An account is the item's where lines name items; a platform that writes out a bundle changes
    the items, the texts and the number of lines, but not what they add up to.
    """

    PARTY = "party"
    ACCOUNT = "account"
    ITEMS = "items"
    LINES = "number of lines"
    AMOUNT = "amount"
    DATE = "issue date"
    TEXT = "text"
    NAME = "name"
    EMAIL = "email address"
    PHONE = "phone number"
    REGISTRATION = "registration number"
    BANK = "bank account number"
    UNIQUE = "unique field"


@dataclass(frozen=True)
class Observation:
    """One fact in words, for or against; `pointer` (RFC 6901) is its place in what was sent."""

    topic: Topic
    pointer: str
    speaks_for: bool
    sentence: str


def agrees(topic: Topic, path: Path, value: object) -> Observation:
    """Say that the books have this value, too."""
    sentence = f"The books have the {topic} {_short(value)}."
    return Observation(topic, pointer(path), speaks_for=True, sentence=sentence)


def contradicts(topic: Topic, path: Path, sent: object, read: object) -> Observation:
    """Say that the books have another value, which no platform makes of this one."""
    sentence = f"The {topic} sent is {_short(sent)}, the books have {_short(read)}."
    return Observation(topic, pointer(path), speaks_for=False, sentence=sentence)


def independent(observations: Iterable[Observation]) -> int:
    """Count the facts that are independent of each other."""
    return len({observation.topic for observation in observations})


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...")
