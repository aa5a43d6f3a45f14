"""A form that is no longer than it has to be: references as one field, lines as a table."""

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.pages.forms.form_field import FormField

_MAX_COLUMNS = 8
_NESTED = frozenset({"group", "rows", "json"})
_USUAL = frozenset(
    {
        *("description", "quantity", "unitAmount", "amount", "taxAmount"),
        *("taxRateRef", "accountRef", "itemRef"),
    }
)
"""What lines have nearly always."""

_REFERENCE = re.compile(r"(?<=\S)\s+references?$", re.IGNORECASE)


def as_one_field(group: FormField) -> FormField:
    """Return a reference as the field of its id, where nothing else stands in it."""
    ids = [inner for inner in group.inner if group.member_name(inner) == "id"]
    names = [inner for inner in group.inner if group.member_name(inner) == "name"]
    is_reference = bool(ids) and ids[0].kind not in _NESTED
    is_reference &= len(ids) + len(names) == len(group.inner)
    if not is_reference or any(name.is_filled or name.need for name in names):
        return group
    (only,) = ids
    return replace(
        only,
        label=_REFERENCE.sub("", group.label),
        need=only.need if group.need else "",
        hints=list(dict.fromkeys([*group.hints, *only.hints])),
        problems=[*group.problems, *only.problems],
        also=group.name,
    )


def columns_of(blank: FormField) -> Sequence[FormField]:
    """Return the fields of a row that stand beside each other, most wanted ones if not all fit."""
    simple = [inner for inner in blank.inner if inner.kind not in _NESTED]

    def rank(inner: FormField) -> tuple[bool, bool]:
        return not inner.need, blank.member_name(inner) not in _USUAL

    wanted = sorted(simple, key=rank)[:_MAX_COLUMNS]
    return [inner for inner in simple if inner in wanted]
