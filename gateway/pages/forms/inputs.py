"""The inputs of a form: which kind, what stands in them, what a browser may insist on."""

import re
from datetime import datetime, time
from decimal import Decimal
from typing import Any, cast

from codat.exact_json import dumps

Schema = dict[str, Any]

_WORD = re.compile(r"\w+")
_EMPTY_WORDS = frozenset({"a", "an", "the", "of", "in", "is", "its", "name", "this"})

_LONG = 255  # characters; beyond, a text gets several lines
_MAX_HINTS = 8
_MAX_HINT = 500  # characters


def kind_of_text(schema: Schema, value: object) -> str:
    """Return the kind of input for a value, one that can show what was typed."""
    kind = _kind_of(schema, value)
    # A browser takes line breaks out of whatever has one line.
    return (
        "long" if kind == "text" and isinstance(value, str) and set("\r\n") & set(value) else kind
    )


def _kind_of(schema: Schema, value: object) -> str:
    match schema.get("type"):
        case "boolean":
            return "checkbox" if isinstance(value, bool | None) else "text"
        case "number":
            return "number" if _is_number(value) else "text"
        case "string" if "format" in schema and schema["format"] == "date-time":
            return _kind_of_date(value)
        case "string":
            return "long" if schema.get("maxLength", 0) > _LONG else "text"
        case list():
            return "text"
        case _:
            return "json"


def shown(kind: str, value: object) -> str:
    """Return the text that stands in an input."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return dumps(cast("object", value))
    text = str(value)
    if kind == "date":
        return text[:10]
    return datetime.fromisoformat(text).isoformat() if kind == "datetime-local" else text


def limits_of(schema: Schema, kind: str) -> dict[str, str]:
    """Return the attributes that bind an input; rules that only warn don't hold anyone up."""
    limits: dict[str, Any] = {}
    if kind in {"text", "long"}:
        limits = {"maxlength": schema.get("maxLength"), "minlength": _binding(schema, "minLength")}
        pattern = _binding(schema, "pattern")
        if pattern and kind == "text":
            limits |= {"pattern": pattern.strip("^$"), "title": _sentence(schema, "pattern")}
    if kind == "number":
        step = _binding(schema, "multipleOf")
        limits = {
            "min": _binding(schema, "minimum"),
            "max": _binding(schema, "maximum"),
            "step": f"{Decimal(str(step)):f}" if step else "any",
            "inputmode": "decimal",
        }
    if kind == "datetime-local":
        limits = {"step": 1}
    return {name: str(limit) for name, limit in limits.items() if limit is not None}


def hints_of(schema: Schema) -> list[str]:
    """Return what the platform says about a field beyond its label, each sentence once."""
    rules = [
        rule["sentence"] for rule in schema.get("x-rules", ()) if rule["keyword"] != "required"
    ]
    hints = [schema.get("description", ""), *rules, *schema.get("x-notes", ())]
    label = _words(schema.get("title", ""))
    shown = [hint[:_MAX_HINT] for hint in dict.fromkeys(hints) if _words(hint) - label]
    return shown[:_MAX_HINTS]


def _words(text: str) -> set[str]:
    """Return the words of a text that may say something."""
    return set(_WORD.findall(text.lower())) - _EMPTY_WORDS


def _binding(schema: Schema, keyword: str) -> Any:  # noqa: ANN401, a number or a text
    rules = [rule for rule in schema.get("x-rules", ()) if rule["keyword"] == keyword]
    return next((rule["limit"] for rule in rules if rule["list"] == "warnings"), None)


def _sentence(schema: Schema, keyword: str) -> str:
    return next(rule["sentence"] for rule in schema["x-rules"] if rule["keyword"] == keyword)


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return value is None or (
        isinstance(value, int | float | Decimal) and Decimal(value).is_finite()
    )


def _kind_of_date(value: object) -> str:
    if value is None:
        return "date"
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return "text"
    if moment.tzinfo or moment.microsecond:
        return "text"
    return "date" if moment.time() == time() else "datetime-local"
