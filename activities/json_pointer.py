"""Reads a value by its JSON pointer (RFC 6901)."""

import re
from typing import cast

POINTER = re.compile(r"(/([^~/]|~[01])*)+")
"""A pointer to something in a document; the empty one, to the document itself, is not meant."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def tokens_of(pointer: str) -> list[str]:
    """Give the reference tokens of a pointer, unescaped; none for the empty pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def is_index(token: str) -> bool:
    """Tell whether a token names an item of a list."""
    return _INDEX.fullmatch(token) is not None


def value_at(document: object, tokens: list[str]) -> object:
    """Give the value at a place of a JSON document; None where there is none."""
    for token in tokens:
        if isinstance(document, dict):
            document = cast("dict[str, object]", document).get(token)
        elif isinstance(document, list) and is_index(token):
            items = cast("list[object]", document)
            document = items[int(token)] if int(token) < len(items) else None
        else:
            return None
    return document
