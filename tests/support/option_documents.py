"""Option documents, records that fit them, and what is wrong with them once they are changed.

Reads the documents by itself: nothing here comes from the code that it is a test of.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
READ_ONLY = {"id", "modifiedDate", "sourceModifiedDate", "metadata"}
MAX_LENGTH = re.compile(r"Max length of (\d+) characters\.?")
NAMES = st.one_of(
    st.sampled_from(["$ref", "properties", "type", "enum", "a/b", "c~d", "Été", "required", "x y"]),
    st.text(min_size=1, max_size=8).filter(lambda name: name.casefold() not in FOLDED_READ_ONLY),
)
FOLDED_READ_ONLY = {name.casefold() for name in READ_ONLY}


@dataclass(frozen=True)
class Change:
    """A record with one thing wrong, and where."""

    kind: str
    pointer: str
    record: Any


def field(kind: str, *, required: bool = False, **more: object) -> Document:
    """Build one node of an option document."""
    return {"type": kind, "displayName": f"A {kind}", "required": required} | more


def rule(sentence: str, where: str = "warnings") -> Document:
    """Build the `validation` of a node."""
    return {"warnings": [], "information": []} | {where: [{"details": sentence, "field": "X"}]}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw an option document of any legal shape."""
    return field("Object", required=True, properties=draw(_properties(3)))


def fitting(node: Document) -> Any:
    """Build a record that has every field and breaks no rule."""
    words = " ".join(sentences(node))
    match node["type"]:
        case "Object":
            return {name: fitting(inner) for name, inner in node.get("properties", {}).items()}
        case "Array":
            inner = node.get("properties", {})
            row = {name: fitting(each) for name, each in inner.items()}
            return [copy.deepcopy(row) for _ in range(2 if re.search(r"two|2 ", words) else 1)]
        case "Number":
            return 1
        case "Boolean":
            return True
        case "DateTime":
            return "2026-11-22T00:00:00"
        case _:
            return _text(node, words)


def changes(document: Document) -> Iterator[Change]:
    """Yield the fitting record, each time with one thing wrong."""
    record = fitting(document)
    for name, node in document.get("properties", {}).items():
        plain = all(sentence == "Must be provided." for sentence in sentences(node))
        if node.get("required") and name not in READ_ONLY and plain:
            yield Change("missing", _pointer([name]), _without(record, name))
    for path, node in _nodes(document):
        if node.get("options"):
            yield Change("choice", _pointer(path), _with(record, path, "no such choice"))
        limit = _limit(node)
        if limit and not node.get("options"):
            yield Change("length", _pointer(path), _with(record, path, "x" * (limit + 1)))
        wrong = "text" if node["type"] in {"Object", "Array"} else {"an": "object"}
        yield Change("shape", _pointer(path), _with(record, path, wrong))


def sentences(node: Document, where: str | None = None) -> list[str]:
    """Return the sentences of a node, of one list or of both."""
    validation = node.get("validation") or {}
    lists = [where] if where else ["warnings", "information"]
    return [item["details"] for name in lists for item in validation.get(name) or []]


def _properties(depth: int) -> st.SearchStrategy[Document]:
    return st.dictionaries(NAMES, _node(depth - 1), min_size=1, max_size=4).filter(
        lambda named: len({name.casefold() for name in named}) == len(named)
    )


def _node(depth: int) -> st.SearchStrategy[Document]:
    flag = st.booleans()
    leaves = [
        st.builds(
            lambda kind, needed: field(kind, required=needed), st.sampled_from(_LEAVES), flag
        ),
        st.builds(
            lambda needed, limit: field(
                "String", required=needed, validation=rule(f"Max length of {limit} characters.")
            ),
            flag,
            st.integers(1, 50),
        ),
        st.builds(
            lambda values: field("String", options=[{"value": each} for each in values]),
            st.lists(st.text(max_size=6), min_size=1, max_size=5),
        ),
    ]
    if depth <= 0:
        return st.one_of(leaves)
    nested = st.builds(
        lambda kind, inner, needed: field(kind, required=needed, properties=inner),
        st.sampled_from(["Object", "Array"]),
        _properties(depth),
        flag,
    )
    return st.one_of(*leaves, nested)


_LEAVES = ["String", "Boolean", "DateTime", "Object", "Array", "Number"]


def _text(node: Document, words: str) -> str:
    if node.get("options"):
        return node["options"][0]["value"]
    exact = re.search(r"length of (\d+) characters", words)
    for sign, text in {
        "three letter": "GBP",
        "2-letter": "GB",
        "two letter": "GB",
        "GUID": "1262c350-fe0f-40ec-aeff-41c95b4a45af",
        "email": "a@example.com",
        "6 digit": "123456",
    }.items():
        if sign in words:
            return text
    return "x" * int(exact[1]) if exact and "Must have" in words else "x"


def _limit(node: Document) -> int | None:
    found = [MAX_LENGTH.fullmatch(sentence) for sentence in sentences(node, "warnings")]
    limits = [int(match[1]) for match in found if match]
    return min(limits) if limits and node["type"] == "String" else None


def _nodes(
    node: Document, path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Document]]:
    inside = (*path, 0) if node["type"] == "Array" else path
    for name, inner in node.get("properties", {}).items():
        yield (*inside, name), inner
        yield from _nodes(inner, (*inside, name))


def _with(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(record)
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed


def _without(record: Document, name: str) -> Document:
    return {key: value for key, value in record.items() if key != name}


def _pointer(path: Any) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
