"""What a form shows, as a tree: an option document, what was typed and what is wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, cast
from urllib.parse import quote

from codat.models import Problem
from codat.validation.pointers import pointer
from codat.validation.schema import READ_ONLY, json_schema
from gateway.pages.forms.choices import choices_of, is_searched, label_of, searched_labels
from gateway.pages.forms.collapse import as_one_field, columns_of
from gateway.pages.forms.form_field import IF_USED, REQUIRED, FormField
from gateway.pages.forms.inputs import Schema, hints_of, kind_of_text, limits_of, shown
from gateway.rendering import indented

Path = tuple[str | int, ...]
Offers = Mapping[str, Sequence[tuple[str, str]]]
NOTHING_OFFERED: Offers = {}

WHOLE = "_record"
"""The name under which a record stands as JSON: it has too many rows, or no fields are listed."""

LISTS = "_rows"
"""The field of a form that names its lists: a list whose rows were all removed sends no row."""

MAX_ROWS = 300  # in one page; beyond, the record is written as JSON
_MAX_LIST, _MAX_LISTED = 15_000, 45_000  # characters of one list of choices, of all in a page
_OPTION = len('<option value="" label="">')
_DEEPEST = 8  # levels; beyond, a field is written as JSON
_MAX_LISTS = 3  # within each other, likewise
_ROW = re.compile(r"[0-9]+|__[0-9]__")


@dataclass(frozen=True)
class FormTree:
    """The fields of a form, and the choices that are searched: by the id of their list."""

    root: FormField
    lists: dict[str, Sequence[tuple[str, str]]]


def field_tree(
    document: object,
    record: object,
    problems: Iterable[Problem],
    *,
    update: bool = False,
    offered: Offers = NOTHING_OFFERED,
) -> FormTree:
    """Return the fields of a form; an update need not repeat any.

    `offered` has ids and names of records by the name of the field that may refer to them.
    Raises: UnreadableOptions.
    """
    schema = json_schema(document)
    builder = _Builder(problems, asks=not update, offered=offered)
    if "properties" in schema:
        is_known = isinstance(record, dict | None)
        known = cast("object", record) if is_known else None
        root = builder.field(schema, (), known, need=REQUIRED, lists=0)
        if is_known and builder.rows_left >= 0:
            return FormTree(root, builder.lists)
    text = whole_text(record)
    return FormTree(FormField(kind="json", name=WHOLE, label=schema["title"], value=text), {})


def whole_text(record: object) -> str:
    """Write a record as JSON; what is no record stays as it was typed."""
    is_record = isinstance(record, dict | list)
    return indented(cast("object", record)) if is_record else shown("json", record)


class _Builder:
    def __init__(self, problems: Iterable[Problem], *, asks: bool, offered: Offers) -> None:
        self._asks = asks
        self._offered = offered
        self._problems: defaultdict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            self._problems[problem.pointer].append(problem)
        self._room = _MAX_LISTED
        self._missing: dict[str, int] = {}
        self.rows_left = MAX_ROWS
        self.lists: dict[str, Sequence[tuple[str, str]]] = {}

    def field(
        self, schema: Schema, path: Path, value: object, *, need: str, lists: int
    ) -> FormField:
        shared: dict[str, Any] = {
            "name": pointer(path)[1:],
            "label": schema.get("title", "Record"),
            "need": need,
            "hints": hints_of(schema),
            "problems": self._problems.get(pointer(path), ()),
        }
        shallow = len(path) < _DEEPEST
        rowed = "properties" in schema.get("items", ()) and lists < _MAX_LISTS
        if rowed and shallow and isinstance(value, list | None):
            return self._rows(schema, path, cast("object", value), lists, shared)
        if "properties" in schema and shallow and isinstance(value, dict | None):
            inner = self._members(schema, path, cast("object", value), need=need, lists=lists)
            group = FormField(kind="group", inner=inner, **shared)
            return as_one_field(group) if path else group
        of = _referring_name(path)
        if of in self._offered and "enum" not in schema:
            return self._reference(schema, value, shared, of)
        return self._input(schema, value, shared)

    def _reference(
        self, schema: Schema, typed: object, shared: dict[str, Any], name: str
    ) -> FormField:
        """Offer what the books have; any other id may be typed."""
        field = self._input(schema, typed, shared)
        if field.kind not in {"text", "number"}:
            return field
        list_id = f"b-{quote(name, safe='')}"
        self._offer(list_id, self._offered[name])
        label = dict(self._offered[name]).get(field.value)
        hints = [f"{label}.", *field.hints] if label else field.hints
        limits = {**field.limits, "list": list_id, "autocomplete": "off"}
        return replace(field, limits=limits, hints=hints)

    def _input(self, schema: Schema, typed: object, shared: dict[str, Any]) -> FormField:
        if is_searched(schema):
            list_id = self._list(schema, shared["name"])
            limits, missing = {"list": list_id, "autocomplete": "off"}, self._missing[list_id]
            if missing:
                rest = f"{missing} more can be typed: in full, or as their id."
                shared |= {"hints": [*shared["hints"], rest]}
            return FormField(kind="text", value=label_of(schema, typed), limits=limits, **shared)
        if "enum" in schema:
            choices = choices_of(schema, typed)
            return FormField(kind="select", value=shown("select", typed), choices=choices, **shared)
        kind = kind_of_text(schema, typed)
        text, limits = shown(kind, typed), limits_of(schema, kind)
        return FormField(kind=kind, value=text, limits=limits, **shared)

    def _list(self, schema: Schema, name: str) -> str:
        """Give the id of a list of choices, which all rows have in common."""
        common = "/".join("*" if _ROW.fullmatch(part) else part for part in name.split("/"))
        list_id = f"l-{quote(common, safe='')}"
        if list_id not in self.lists:
            self._offer(list_id, [(label, "") for label in searched_labels(schema).values()])
        return list_id

    def _offer(self, list_id: str, choices: Sequence[tuple[str, str]]) -> None:
        """Keep as many choices as the page has room for."""
        if list_id in self.lists:
            return
        room = min(_MAX_LIST, self._room)
        sizes = accumulate(_OPTION + len(value) + len(label) for value, label in choices)
        fitting = [size for size in sizes if size <= room]
        self._room -= fitting[-1] if fitting else 0
        self.lists[list_id] = choices[: len(fitting)]
        self._missing[list_id] = len(choices) - len(fitting)

    def _members(
        self, schema: Schema, path: Path, value: object, *, need: str, lists: int
    ) -> list[FormField]:
        record = cast("dict[str, object]", value or {})
        certain = REQUIRED if need == REQUIRED else IF_USED
        return [
            self.field(
                inner,
                (*path, name),
                record.get(name),
                need=certain if self._asks and name in schema.get("required", ()) else "",
                lists=lists,
            )
            for name, inner in schema["properties"].items()
            if record.get(name) is not None or not _is_read_only(name, path)
        ]

    def _rows(
        self, schema: Schema, path: Path, value: object, lists: int, shared: dict[str, Any]
    ) -> FormField:
        values = cast("list[object]", value) or [None]
        self.rows_left -= len(values) if value else 0
        if self.rows_left < 0:
            return FormField(kind="rows", **shared)
        rows = [self._row(schema, (*path, n), row, lists) for n, row in enumerate(values)]
        blank = self._row(schema, (*path, f"__{lists}__"), None, lists)
        return FormField(kind="rows", inner=rows, blank=blank, columns=columns_of(blank), **shared)

    def _row(self, schema: Schema, path: Path, value: object, lists: int) -> FormField:
        row = schema["items"] | {"title": schema["title"]}
        known = cast("object", value if isinstance(value, dict) else None)
        inner = self._members(row, path, known, need=IF_USED, lists=lists + 1)
        number = path[-1] + 1 if isinstance(path[-1], int) else path[-1]
        return FormField(
            kind="row",
            name=pointer(path)[1:],
            label=schema["title"],
            value=str(number),
            inner=inner,
            problems=self._problems.get(pointer(path), ()),
        )


def _referring_name(path: Path) -> str:
    """Return the name of the field whose id this is, such as `supplierRef`; empty for no id."""
    names = [str(part) for part in path[-2:]]
    return names[0] if names[1:] == ["id"] else ""


def _is_read_only(name: str, path: Path) -> bool:
    """Whether the platform sets a field by itself; an id within may be a reference."""
    return name in READ_ONLY and (name != "id" or not path)
