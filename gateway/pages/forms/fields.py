"""What a form shows, as a tree: an option document, what was typed and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from codat.models import Problem
from codat.validation.pointers import pointer
from codat.validation.schema import json_schema
from gateway.pages.forms.inputs import Schema, choices_of, hints_of, kind_of_text, limits_of, shown
from gateway.rendering import indented

Path = tuple[str | int, ...]

REQUIRED = "required"
IF_USED = "required if used"

WHOLE = "_record"
"""The name under which a record stands as JSON: it has too many rows, or no fields are listed."""

LISTS = "_rows"
"""The field of a form that names its lists: a list whose rows were all removed sends no row."""

MAX_ROWS = 300  # in one page; beyond, the record is written as JSON
_MAX_OPTIONS = 50_000  # in one page; beyond, a value is typed
_DEEPEST = 8  # levels; beyond, a field is written as JSON
_MAX_LISTS = 3  # within each other, likewise
_SEARCHABLE = 50  # choices; beyond, a search box helps


@dataclass(frozen=True, kw_only=True)
class FormField:
    """An input, a group of fields, or a list of rows; `name` is its JSON pointer less the slash.

    `kind` is group, rows, row, select, checkbox, long or json (several lines), else the type of
    an HTML input.
    """

    kind: str
    name: str
    label: str
    need: str = ""
    hints: Sequence[str] = ()
    value: str = ""
    limits: dict[str, str] = field(default_factory=dict[str, str])
    choices: Sequence[tuple[str, str]] = ()
    inner: Sequence["FormField"] = ()
    blank: "FormField | None" = None
    problems: Sequence[Problem] = ()

    @property
    def id(self) -> str:
        """A text that is unique in the page and fit for an id."""
        return f"f-{quote(self.name, safe='')}"

    @property
    def required(self) -> bool:
        """Whether a browser may insist on it."""
        return self.need == REQUIRED

    @property
    def invalid(self) -> bool:
        """Whether it must be corrected."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def searchable(self) -> bool:
        """Whether its choices are too many to look through."""
        return len(self.choices) > _SEARCHABLE

    def walk(self) -> Iterator["FormField"]:
        """Yield this field and all within, in the order of the page."""
        yield self
        for inner in self.inner:
            yield from inner.walk()


def field_tree(document: object, record: object, problems: Iterable[Problem]) -> FormField:
    """Return the root of a form's fields; UnreadableOptions when the options are none."""
    schema = json_schema(document)
    builder = _Builder(problems)
    if "properties" in schema:
        is_known = isinstance(record, dict | None)
        known = cast("object", record) if is_known else None
        root = builder.field(schema, (), known, need=REQUIRED, lists=0)
        if is_known and builder.rows_left >= 0:
            return root
    return FormField(kind="json", name=WHOLE, label=schema["title"], value=whole_text(record))


def whole_text(record: object) -> str:
    """Write a record as JSON; what is no record stays as it was typed."""
    is_record = isinstance(record, dict | list)
    return indented(cast("object", record)) if is_record else shown("json", record)


class _Builder:
    def __init__(self, problems: Iterable[Problem]) -> None:
        self._problems: defaultdict[str, list[Problem]] = defaultdict(list)
        for problem in problems:
            self._problems[problem.pointer].append(problem)
        self._options_left = _MAX_OPTIONS
        self.rows_left = MAX_ROWS

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
            return FormField(kind="group", inner=inner, **shared)
        return self._input(schema, value, shared)

    def _input(self, schema: Schema, typed: object, shared: dict[str, Any]) -> FormField:
        if "enum" in schema and self._may_list(schema):
            choices = choices_of(schema, typed)
            return FormField(kind="select", value=shown("select", typed), choices=choices, **shared)
        kind = kind_of_text(schema, typed)
        text, limits = shown(kind, typed), limits_of(schema, kind)
        return FormField(kind=kind, value=text, limits=limits, **shared)

    def _may_list(self, schema: Schema) -> bool:
        if len(schema["enum"]) > self._options_left:
            return False
        self._options_left -= len(schema["enum"])
        return True

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
                need=certain if name in schema.get("required", ()) else "",
                lists=lists,
            )
            for name, inner in schema["properties"].items()
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
        return FormField(kind="rows", inner=rows, blank=blank, **shared)

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
