"""Which texts of a record survived in the books, and which are another record's.

A text is a fact only where it is certain that ours isn't there in other words: cut, written in
letters that the platform has, moved to another field, or joined with another.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

from activities.observations import Observation, Path, Topic, agrees, contradicts
from activities.platform_changes import NUMBERS, folded
from activities.record_facts import Fields, references
from activities.text_likeness import may_be_name, may_be_number, may_be_text, words_of

TOPICS = {
    **dict.fromkeys(("description", "note", "memo"), Topic.TEXT),
    **dict.fromkeys(("supplierName", "customerName", "contactName"), Topic.NAME),
    **dict.fromkeys(("name", "accountName"), Topic.NAME),
    "emailAddress": Topic.EMAIL,
    "phone": Topic.PHONE,
    **dict.fromkeys(("taxNumber", "registrationNumber"), Topic.REGISTRATION),
    **dict.fromkeys(("accountNumber", "iBan"), Topic.BANK),
}
"""What a text is about, by the name of its field."""

_LIKENESS: dict[Topic, Callable[[str, str, frozenset[str]], bool]] = {
    Topic.TEXT: may_be_text,
    **dict.fromkeys((Topic.NAME, Topic.EMAIL), may_be_name),
    **dict.fromkeys((Topic.PHONE, Topic.REGISTRATION, Topic.BANK), may_be_number),
}

_MAX_PAIRS = 2_500
"""So many pairs of texts are compared; more are thousands of lines, which say the rest."""


class _Text(NamedTuple):
    path: Path
    text: str


_Fields = dict[tuple[str, ...], list[_Text]]
"""The texts of a record by field, the names on the way to it."""


def text_observations(sent: Fields, read: Fields, *, of_lines: Topic) -> Iterator[Observation]:
    """Compare the texts of each field; those of lines are a fact of the topic `of_lines`."""
    ours, theirs = _by_field(sent), _by_field(read)
    own_words = _own_words(sent, ours)
    for field, texts in ours.items():
        shown, topic = theirs.get(field, []), TOPICS[field[-1]]
        if not shown:
            continue
        named = of_lines if topic is Topic.TEXT and len(field) > 1 else topic
        if {text for _, text in texts} <= {text for _, text in shown}:
            yield agrees(named, *texts[0])
            continue
        missing, added = _apart(texts, shown, (ours, theirs), topic, own_words)
        is_none_left = len(missing) == len(texts) and len(added) == len(shown)
        is_certain = is_none_left and _is_complete(read, field, shown)
        if missing and added and (is_certain or _have_same_lines(sent, read, field)):
            yield contradicts(named, *missing[0], added[0].text)


def _by_field(record: Fields) -> _Fields:
    """Gather the texts of the record and of its lines; those that hold no letter are none."""
    found: defaultdict[tuple[str, ...], list[_Text]] = defaultdict(list)
    for name, value in record.items():
        if isinstance(value, dict | list):
            for index, row in _rows(cast("object", value)):
                for inner, text in row.items():
                    if TOPICS.get(inner) is Topic.TEXT and _is_text(text):
                        found[name, inner].append(_Text((name, *index, inner), cast("str", text)))
        elif name in TOPICS and _is_text(value):
            found[(name,)].append(_Text((name,), cast("str", value)))
    return found


def _rows(value: object) -> Iterator[tuple[Path, Fields]]:
    if isinstance(value, dict):
        yield (), cast("Fields", value)
    for index, row in enumerate(cast("list[object]", value) if isinstance(value, list) else ()):
        if isinstance(row, dict):
            yield (index,), cast("Fields", row)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(folded(value))


def _is_complete(read: Fields, field: tuple[str, ...], shown: list[_Text]) -> bool:
    """Tell whether each line in the books has a text; one that has none may be ours."""
    lines = read.get(field[0])
    return not isinstance(lines, list) or len(cast("list[object]", lines)) == len(shown)


def _have_same_lines(sent: Fields, read: Fields, field: tuple[str, ...]) -> bool:
    """Tell whether lines name the same accounts and items, so that none was joined or added."""
    ours, theirs = (_postings(record.get(field[0])) for record in (sent, read))
    return any(ours) and ours == theirs


def _postings(lines: object) -> Counter[tuple[str, ...]]:
    rows = cast("list[object]", lines) if isinstance(lines, list) else []
    return Counter(tuple(sorted(reference.id for reference in references(row))) for row in rows)


def _apart(
    texts: list[_Text],
    shown: list[_Text],
    records: tuple[_Fields, _Fields],
    topic: Topic,
    own_words: frozenset[str],
) -> tuple[list[_Text], list[_Text]]:
    """Give our texts that none in the books may be, and those there that may be none of ours."""
    ours, theirs = _of_topic(records[0], topic), _of_topic(records[1], topic)
    if len(ours) * len(theirs) > _MAX_PAIRS:
        return [], []
    may_be, unchanged = _LIKENESS[topic], _unchanged(*records)
    missing = [
        text
        for text in texts
        if not any(
            may_be(text.text, other.text, own_words) for other in theirs if other not in unchanged
        )
    ]
    added = [
        text for text in shown if not any(may_be(own.text, text.text, own_words) for own in ours)
    ]
    return missing, added


def _unchanged(ours: _Fields, theirs: _Fields) -> set[_Text]:
    """Give the texts in the books that are ours as they were sent, and so no other of ours."""
    sent = {field: {text for _, text in texts} for field, texts in ours.items()}
    return {
        text
        for field, texts in theirs.items()
        for text in texts
        if text.text in sent.get(field, ())
    }


def _of_topic(fields: _Fields, topic: Topic) -> list[_Text]:
    return [text for field, texts in fields.items() if TOPICS[field[-1]] is topic for text in texts]


def _own_words(sent: Fields, texts: _Fields) -> frozenset[str]:
    """Give the words of the texts and of the numbers that a platform may join with them."""
    found = [text for listed in texts.values() for _, text in listed]
    found += [str(sent[name]) for name in NUMBERS if name in sent]
    return frozenset(word for text in found for word in words_of(text))
