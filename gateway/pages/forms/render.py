"""The form: from an option document and what was typed to safe HTML, and back to a record."""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from codat.models import Problem
from codat.validation.schema import read_options
from gateway.pages.forms.fields import LISTS, NOTHING_OFFERED, WHOLE, Offers, field_tree
from gateway.pages.forms.form_field import IF_USED, FormField
from gateway.pages.forms.parse import record_from_form

__all__ = ["STATIC", "record_from_form", "referring_fields", "render_form"]

STATIC = Path(__file__).parents[2] / "static"
"""The folder of form.css and form.js, which the page around the form must link to."""

MAX_PROBLEMS = 200
"""In the summary; of the others it says how many there are."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(STATIC.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_form(
    document: object,
    record: object = None,
    problems: Iterable[Problem] = (),
    *,
    update: bool = False,
    offered: Offers = NOTHING_OFFERED,
) -> Markup:
    """Return a fieldset for the record; UnreadableOptions when the options are none.

    `offered` has ids and names of records in the books, by the field that may refer to them.
    Without problems the first field has the focus, else the summary of what is wrong.
    """
    problems = sorted(problems, key=lambda problem: problem.severity)
    shown = problems[:MAX_PROBLEMS]
    tree = field_tree(document, record, problems, update=update, offered=offered)
    fields = {field.name: field for field in tree.root.walk()}
    fields |= {field.also: field for field in tree.root.walk() if field.also}
    inputs = (field for field in tree.root.walk() if field.kind not in {"group", "rows", "row"})
    html = _TEMPLATES.get_template("form.html.jinja").render(
        root=tree.root,
        choices=tree.lists,
        if_used=IF_USED,
        lists=LISTS,
        whole=WHOLE,
        found=[(problem, _nearest(problem, fields)) for problem in shown],
        more=len(problems) - len(shown),
        is_wrong=any(problem.severity == "error" for problem in problems),
        focused=None if problems else next(inputs, None),
    )
    return Markup(html.strip())  # noqa: S704, the template escapes


def referring_fields(document: object) -> set[str]:
    """Return the names of the fields that refer to records, such as `supplierRef`.

    Raises: UnreadableOptions.
    """
    found, waiting = set[str](), [read_options(document)]
    while waiting:
        inner = waiting.pop().properties or {}
        found |= {name for name, field in inner.items() if "id" in (field.properties or {})}
        waiting += inner.values()
    return found


def _nearest(problem: Problem, fields: dict[str, FormField]) -> FormField | None:
    """Return the field to go to: the place itself, or what holds it."""
    name = problem.pointer[1:]
    while name and name not in fields:
        name = name.rpartition("/")[0]
    return fields.get(name) if name else None
