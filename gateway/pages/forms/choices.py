"""Choices of a field: a list to pick from, or a searchable one that shows labels."""

from collections import Counter
from typing import Any, cast

from gateway.pages.forms.inputs import Schema, shown

MAX_SELECT = 50
"""Choices of a list to pick from; more are searched by typing."""


def choices_of(schema: Schema, value: object) -> list[tuple[str, str]]:
    """Return values and labels, with what was typed though it is not offered."""
    offered = [(shown("", label["const"]), label["title"]) for label in schema["oneOf"]]
    typed = shown("", value)
    known = not typed or any(typed == each for each, _ in offered)
    return offered if known else [*offered, (typed, f"{typed} (not offered)")]


def searched_labels(schema: Schema) -> dict[str, str]:
    """Return the label under which each value is searched; no two values have the same."""
    offered = choices_of(schema, None)
    times = Counter([label for _, label in offered])
    values = {value for value, _ in offered}
    return {
        value: label
        if times[label] == 1 and (label == value or label not in values)
        else f"{label} ({value})"
        for value, label in offered
    }


def label_of(schema: Schema, value: object) -> str:
    """Return what stands in a searched field: the label of a choice, or what was typed."""
    typed = shown("", value)
    return searched_labels(schema).get(typed, typed)


def value_of(schema: Schema, text: str) -> str:
    """Return the value whose label was typed; any other text as it is."""
    if not is_searched(schema):
        return text
    values = {label: value for value, label in searched_labels(schema).items()}
    return values.get(text.strip(), text)


def is_searched(schema: Schema) -> bool:
    """Whether there are too many choices to pick from."""
    return len(cast("list[Any]", schema.get("enum", []))) > MAX_SELECT
