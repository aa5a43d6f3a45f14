"""What is wrong with a record, in words that a bookkeeper understands."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from jsonschema import ValidationError

from codat.validation.validator import Checker, Fields, Schema
from codat.validation.values import dates_in, text_of

_MAX_QUOTE = 80  # characters
_MAX_NAMED = 6  # choices
_LIMITS = {
    "maxLength": "have at most {limit} character{s}; it has {size}",
    "minLength": "have at least {limit} character{s}; it has {size}",
    "maxItems": "have at most {limit} row{s}; it has {size}",
    "minItems": "have at least {limit} row{s}; it has {size}",
    "exclusiveMinimum": "be greater than {limit}; it is {value}",
    "minimum": "be {limit} or more; it is {value}",
    "exclusiveMaximum": "be less than {limit}; it is {value}",
    "maximum": "be {limit} or less; it is {value}",
    "multipleOf": "have at most {limit} decimal place{s}; it is {value}",
}
_KINDS = {
    "array": "a list",
    "boolean": "yes or no (true or false)",
    "number": "a number",
    "object": "a group of fields",
    "string": "a text",
}


def sentence_for(error: ValidationError, checker: Checker, verb: str) -> str:
    """Return one sentence that names the field as the document does; the verb is must or should."""
    *around, field = _titles(checker, list(error.absolute_path))
    place = f"{', '.join(around)}: " if around else ""
    return f"{place}{field} {_complaint(error, verb)}."


def _titles(checker: Checker, path: Sequence[str | int]) -> list[str]:
    titles: list[str] = []
    schema = checker.schema
    for part in path:
        if isinstance(part, int):
            titles.append(f"row {part + 1}")
            inner = schema.get("items")
        else:
            fields = cast("Fields | None", schema.get("properties"))
            listed = fields.listed(part) if fields else None
            inner = fields.checkers[listed] if fields and listed else None
            titles.append(_short(inner.schema["title"] if inner else part))
        schema = inner.schema if inner else {}
    return titles or [_short(schema.get("title", "Record"))]


def _complaint(error: ValidationError, verb: str) -> str:
    schema, limit, value = cast(
        "tuple[Schema, Any, Any]", (error.schema, error.validator_value, error.instance)
    )
    match error.validator:
        case "required":
            text = f"{verb} be given"
        case "x-required":
            text = "is marked as required, though not for every record"
        case "type" | "loose-type":
            text = f"{verb} be {_kind(schema['type'])}, not {_found(value)}"
        case "enum":
            text = f"{verb} be {_choice(schema, value)}"
        case "format" if limit == "date-time":
            read = " or ".join(map(str, dates_in(value)))
            text = f"{verb} be a date written like 2026-11-30, not {_quoted(value)}"
            text += f", which may be read as {read}" if read else ""
        case "format" | "pattern":
            rules = [rule["sentence"] for rule in schema["x-rules"] if rule["limit"] == limit]
            text = f"{verb} keep the rule {_quoted(rules[0])}; it is {_quoted(value)}"
        case "unlisted":
            text = "is not among the fields that the platform lists and may be ignored"
        case "spelling":
            text = f"is written {_short(limit)} by the platform"
        case _:
            text = f"{verb} {_limit(str(error.validator), limit, value)}"
    return text


def _limit(keyword: str, limit: float, value: Any) -> str:  # noqa: ANN401, a text, list or number
    number = (
        -cast("int", Decimal(str(limit)).as_tuple().exponent) if keyword == "multipleOf" else limit
    )
    return _LIMITS[keyword].format(
        limit=number,
        s="" if number == 1 else "s",
        value=_short(text_of(value)),
        size=len(cast("str", value)) if isinstance(value, str | list) else "",
    )


def _choice(schema: Schema, value: object) -> str:
    meant = schema["x-spellings"].get(text_of(value).casefold())
    if meant is not None:
        return f"written {_quoted(meant)}, not {_quoted(value)}"
    offered = len(schema["oneOf"])
    if offered > _MAX_NAMED:
        return f"one of the {offered} choices offered; {_quoted(value)} is not"
    return f"one of {', '.join(map(_offer, schema['oneOf']))}; {_quoted(value)} is not"


def _offer(choice: Schema) -> str:
    """Name a choice as a record has to spell it, and as people know it."""
    value, title = text_of(choice["const"]), choice["title"]
    return _short(value) if value == title else f"{_short(value)} ({_short(title)})"


def _kind(types: str | list[str]) -> str:
    return " or ".join(_KINDS[name] for name in ([types] if isinstance(types, str) else types))


def _found(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "yes or no"
        case dict():
            return "a group of fields"
        case list():
            return "a list"
        case str():
            return f"the text {_quoted(value)}"
        case _:
            return f"the number {_short(text_of(value))}"


def _quoted(value: object) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{_short(text_of(value))}\N{RIGHT DOUBLE QUOTATION MARK}"


def _short(text: str) -> str:
    return text if len(text) <= _MAX_QUOTE else f"{text[: _MAX_QUOTE - 3]}..."
