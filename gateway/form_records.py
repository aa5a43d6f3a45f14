"""From a sent form back to a record."""

import re
from collections.abc import Iterable
from typing import Any, cast

from codat.numbers import Number, loads
from codat.options import json_schema
from gateway.fields import WHOLE

Schema = dict[str, Any]
_NUMBER = re.compile(r"[0-9]{1,9}")
# What was sent, by the parts of its name: the texts of one name stand under None.
Sent = dict[str | None, Any]


def record_from_form(document: object, items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the record that was typed; what was left blank is left out.

    Texts that are no number, date or JSON stay as they are typed, for the verdict to speak of.
    """
    sent: Sent = {}
    for name, text in items:
        place = sent
        for part in name.split("/"):
            place = place.setdefault(part.replace("~1", "/").replace("~0", "~"), {})
        place.setdefault(None, []).append(text)
    schema = json_schema(document)
    record = _value(schema, sent if "properties" in schema else sent.get(WHOLE, {}))
    return cast("dict[str, Any]", record) if isinstance(record, dict) else {}


def _value(schema: Schema, sent: Sent) -> object:
    texts = sent.get(None, [])
    if texts:
        return _read(schema, texts[-1].replace("\r\n", "\n"))
    numbers = sorted((part for part in sent if part and _NUMBER.fullmatch(part)), key=int)
    if numbers and "properties" in schema.get("items", {}):
        rows = [_members(schema["items"], sent[number]) for number in numbers]
        return [row for row in rows if row is not None] or None
    return _members(schema, sent) if "properties" in schema else None


def _members(schema: Schema, sent: Sent) -> dict[str, object] | None:
    record: dict[str, object] = {
        name: _value(inner, sent[name])
        for name, inner in cast("dict[str, Schema]", schema["properties"]).items()
        if name in sent
    }
    given = {name: value for name, value in record.items() if value is not None}
    # A box that was not ticked says something only beside something else.
    return given if any(value is not False for value in given.values()) else None


def _read(schema: Schema, text: str) -> object:
    if not text.strip():
        return None
    match schema.get("type"):
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
        case "number":
            return _number(text)
        case ["number", "string"]:
            return _number(text)
        case "string":
            return text
        case _:
            return _json(text)


def _number(text: str) -> object:
    try:
        return int(text) if _NUMBER.fullmatch(text) else Number(text.strip())
    except ValueError:
        return text


def _json(text: str) -> object:
    try:
        return loads(text)
    except ValueError:
        return text
