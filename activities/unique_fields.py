"""The setting PUSH_UNIQUE_FIELDS: which field of a data type is unique in the books."""

import re

from codat.target import known_data_type

_SEPARATORS = re.compile(r"[\s,]+")
_POINTER = re.compile(r"(/([^~/]|~[01])+)+")


def read_pointer(written: str) -> str:
    """Give a JSON pointer (RFC 6901) back. Raises: ValueError for what is none."""
    if not _POINTER.fullmatch(written):
        raise ValueError(f"{written[:80]!r} is no JSON pointer such as /invoiceNumber")
    return written


def read_unique_fields(written: object) -> object:
    """Read `invoices:/invoiceNumber,bills:/reference`. Raises: ValueError naming the entry."""
    if not isinstance(written, str):
        return written
    found: dict[str, str] = {}
    for entry in filter(None, _SEPARATORS.split(written)):
        data_type, colon, pointer = entry.partition(":")
        if not colon:
            raise ValueError(f"{entry[:80]!r} is not dataType:/pointer")
        found[known_data_type(data_type)] = read_pointer(pointer)
    return found
