"""One field of a form: an input, a group of fields, or a list of rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from codat.models import Problem

REQUIRED = "required"
IF_USED = "required if used"


@dataclass(frozen=True, kw_only=True)
class FormField:
    """An input, a group of fields, or a list of rows; `name` is its JSON pointer less the slash.

    `kind` is group, rows, row, select, checkbox, long or json (several lines), else the type of
    an HTML input. `also` names the group that a single field stands for; `columns` are the fields
    of a blank row that stand beside each other.
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
    also: str = ""
    columns: Sequence["FormField"] = ()

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
    def is_filled(self) -> bool:
        """Whether something stands in it, or is wrong with it."""
        inputs = (inner for inner in self.walk() if inner.kind != "row")
        return any(inner.problems or inner.value not in {"", "false"} for inner in inputs)

    @property
    def column_names(self) -> list[str]:
        """Under which names the rows of this list have their columns."""
        return [self.blank.member_name(column) for column in self.columns] if self.blank else []

    def member_name(self, inner: "FormField") -> str:
        """Return under which name this group or row has a field."""
        return inner.name[len(self.name) + 1 :].partition("/")[0]

    def without(self, names: Sequence[str]) -> list["FormField"]:
        """Return the fields of a row that are not under these names."""
        return [inner for inner in self.inner if self.member_name(inner) not in names]

    def walk(self) -> Iterator["FormField"]:
        """Yield this field and all within, in the order of the page."""
        yield self
        for inner in self.inner:
            yield from inner.walk()
