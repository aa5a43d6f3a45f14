"""From a sent form back to a record, and into the record that the form was made of."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from codat.exact_json import MAX_VALUES, Number, loads
from codat.validation.pointers import pointer
from codat.validation.schema import json_schema
from gateway.pages.forms.choices import value_of
from gateway.pages.forms.fields import LISTS, WHOLE, Path, field_tree
from gateway.pages.forms.form_field import FormField

Schema = dict[str, Any]
_NUMBER = re.compile(r"[0-9]{1,9}")
# What was sent, by the parts of its name: the texts of one name stand under None.
Sent = dict[str | None, Any]
ABSENT = object()


def record_from_form(
    document: object, items: Iterable[tuple[str, str]], before: object = ABSENT
) -> dict[str, Any]:
    """Return the record that was typed; what was left blank is left out.

    Texts that are no number, date or JSON stay as they are typed, for the verdict to speak of; so
    does a whole record that was typed as JSON.
    Where the form was made of a record, `before`, all that was not touched stays as it is there.
    """
    sent: Sent = {}
    for name, text in items:
        place = sent
        for part in name.split("/"):
            place = place.setdefault(part.replace("~1", "/").replace("~0", "~"), {})
        place.setdefault(None, []).append(_plain(text))
    schema, shown = json_schema(document), {}
    if before is not ABSENT:
        shown = {field.name: field for field in field_tree(document, before, ()).root.walk()}
    typed = _Typed(shown, frozenset(sent.get(LISTS, {}).get(None, ())))
    is_whole = "properties" not in schema or WHOLE in sent
    place, path = (sent.get(WHOLE, {}), (WHOLE,)) if is_whole else (sent, ())
    record = typed.value(schema, place, path, before)
    return {} if record is ABSENT else cast("dict[str, Any]", record)


class _Typed:
    """Reads values off what was sent; `had` is what a place had before, or ABSENT."""

    def __init__(self, shown: Mapping[str, FormField], lists: frozenset[str]) -> None:
        self._shown = shown
        self._lists = lists

    def value(self, schema: Schema, sent: Sent, path: Path, had: object) -> object:
        texts = sent.get(None, [])
        if texts:
            return had if self._is_untouched(path, texts[-1]) else _read(schema, texts[-1])
        if "properties" in schema.get("items", {}) and (self._is_list(path) or _numbers(sent)):
            return self._rows(schema["items"], sent, path, had)
        return self._members(schema, sent, path, had) if "properties" in schema else had

    def _rows(self, schema: Schema, sent: Sent, path: Path, had: object) -> object:
        before = cast("list[object]", had) if isinstance(had, list) else []
        rows: list[object] = []
        for number in _numbers(sent):
            place = int(number)
            was = before[place] if place < len(before) else ABSENT
            row = self._members(schema, sent[number], (*path, place), was)
            rows += [row] if row is not ABSENT else []
        return rows or (ABSENT if before else cast("object", had))

    def _members(self, schema: Schema, sent: Sent, path: Path, had: object) -> object:
        before = cast("dict[str, object]", had) if isinstance(had, dict) else {}
        record = dict(before)
        for name, inner in cast("dict[str, Schema]", schema["properties"]).items():
            if name in sent or self._is_list((*path, name)):
                was = before.get(name, ABSENT)
                record[name] = self.value(inner, sent.get(name, {}), (*path, name), was)
        given = {name: value for name, value in record.items() if value is not ABSENT}
        if isinstance(had, dict):
            return given if given or not before else ABSENT
        # A box that was not ticked says something only beside something else.
        return given if any(value is not False for value in given.values()) else had

    def _is_list(self, path: Path) -> bool:
        return pointer(path)[1:] in self._lists

    def _is_untouched(self, path: Path, text: str) -> bool:
        field = self._shown.get(pointer(path)[1:])
        if field is None:
            return False
        if field.kind == "checkbox":
            return text == (field.value or "false")
        if field.kind == "datetime-local":
            return _moment(text) == _moment(field.value)
        return text == _plain(field.value)


def _plain(text: str) -> str:
    """Undo what browsers do to line breaks."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _moment(text: str) -> datetime | str:
    """Read a moment: browsers leave out seconds that are none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _numbers(sent: Sent) -> list[str]:
    return sorted((part for part in sent if part and _NUMBER.fullmatch(part)), key=int)


def _read(schema: Schema, text: str) -> object:
    if not text.strip():
        return ABSENT
    text = value_of(schema, text)
    match schema.get("type"):
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
        case "number":
            return int(text) if _NUMBER.fullmatch(text) else _number(text)
        case ["number", "string"]:
            return _number(text)
        case "string":
            return _offered(schema, text) if "\n" in text else text
        case _:
            return _json(text)


def _offered(schema: Schema, text: str) -> str:
    """Give the choice that a browser wrote with its own line breaks."""
    choices = cast("list[str]", schema.get("enum", []))
    return next((choice for choice in choices if _plain(choice) == text), text)


def _number(text: str) -> object:
    try:
        return Number(text.strip())
    except ValueError:
        return text


def _json(text: str) -> object:
    try:
        return loads(text, most_values=MAX_VALUES)
    except ValueError:
        return text
