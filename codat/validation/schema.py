"""From a platform's option document to JSON Schema 2020-12.

The schema says what the document says, but for read-only fields, which are never required;
codat.validation.validate weighs it. Besides the standard keywords:

* x-rules     sentences that were read: {sentence, list, keyword, limit}; list is where it stood,
              "warnings" or "information"
* x-notes     sentences that no machine can check
* x-required  fields asked for, though not of every record: one of two, or in doubt
* x-unlisted  labels of choices that have no value
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import ValidationError

from codat.models import OptionChoice, PushOption
from codat.validation.sentences import SentenceRule, doubts_requirement, read_rules, words_of

Value = str | float | bool

DIALECT = "https://json-schema.org/draft/2020-12/schema"
READ_ONLY = frozenset({"id", "modifiedDate", "sourceModifiedDate", "metadata"})
"""Fields that the platform sets by itself, though options may mark them as required."""
ALTERNATIVES = frozenset({"accountRef", "itemRef"})
"""Only one of these may be sent, though options mark both as required."""

# Far more than any platform has; beyond, the document is broken or an attack.
_DEEPEST = 60
_MAX_FIELDS = 20_000

_TYPES: Mapping[str, dict[str, Any]] = {
    "Array": {"type": "array"},
    "Object": {"type": "object"},
    "String": {"type": "string"},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "DateTime": {"type": "string", "format": "date-time"},
}
# Platforms declare texts and dates of these names as numbers.
_TEXT_NAMES = frozenset({"date", "reference", "note", "code", "id", "name", "description", "memo"})
_REFERENCE = re.compile("[rR]efs?$")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LEAST = frozenset({"maxLength", "maxItems", "maximum", "exclusiveMaximum", "multipleOf"})


class UnreadableOptions(ValueError):
    """The options are no document that Codat could have sent; one sentence says why."""


def read_options(document: object) -> PushOption:
    """Return the option tree; UnreadableOptions when there is none to be found."""
    if isinstance(document, PushOption):
        return document
    if not isinstance(document, Mapping):
        raise UnreadableOptions("The options are not a JSON object.")
    _check_size(cast("Mapping[str, object]", document))
    try:
        return PushOption.model_validate(document)
    except (ValidationError, RecursionError) as error:
        raise UnreadableOptions("The options do not describe fields as Codat does.") from error


def json_schema(document: object) -> dict[str, Any]:
    """Return the options as JSON Schema 2020-12; UnreadableOptions when they are none."""
    root = read_options(document)
    return {"$schema": DIALECT} | _field(root, root.display_name or "Record")


def offered_kinds(document: PushOption) -> frozenset[str]:
    """Return the words that name the fields with choices: `supplier` where supplierRef/id has some.

    They tell which documents change when a supplier is made: see `kind_of`.
    """
    words: set[str] = set()
    waiting: list[tuple[str, str, PushOption]] = [("", "", document)]
    while waiting:
        around, name, field = waiting.pop()
        if field.options:
            words |= words_of(name) | (words_of(around) if _REFERENCE.search(around) else set())
        waiting += [(name, inner, each) for inner, each in (field.properties or {}).items()]
    return frozenset(words)


def kind_of(data_type: str) -> str:
    """Return the word by which fields refer to a record of a type: `account` of chartOfAccounts."""
    *_, last = re.findall(r"[A-Z]?[a-z]+", data_type)
    (word,) = words_of(last)
    return word


def _check_size(document: Mapping[str, object]) -> None:
    waiting: list[tuple[Mapping[str, object], int]] = [(document, 0)]
    fields = 0
    while waiting:
        field, depth = waiting.pop()
        fields += 1
        if depth > _DEEPEST:
            raise UnreadableOptions(f"The options are nested more than {_DEEPEST} levels deep.")
        if fields > _MAX_FIELDS:
            raise UnreadableOptions(f"The options list more than {_MAX_FIELDS} fields.")
        inner = field.get("properties")
        if isinstance(inner, Mapping):
            members = cast("Mapping[str, object]", inner).values()
            waiting += [
                (cast("Mapping[str, object]", member), depth + 1)
                for member in members
                if isinstance(member, Mapping)
            ]


def _field(option: PushOption, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": option.display_name or name}
    if option.description:
        schema["description"] = option.description
    schema |= _shape(option, name)
    if option.type == "Array" and option.options:
        schema["items"] = schema.get("items", {}) | _choices(option)
    else:
        schema |= _choices(option)
    rules: list[dict[str, Any]] = []
    notes: list[str] = []
    for where, sentence in _sentences(option):
        read = read_rules(sentence, option.type or "", f"{name} {option.display_name or ''}")
        rules += [
            {"sentence": sentence, "list": where, "keyword": rule.keyword, "limit": rule.limit}
            for rule in read
        ]
        notes += [] if read else [sentence]
        _narrow(schema, read)
    return schema | ({"x-rules": rules} if rules else {}) | ({"x-notes": notes} if notes else {})


def _shape(option: PushOption, name: str) -> dict[str, Any]:
    if option.type == "Number" and words_of(name) & _TEXT_NAMES:
        return {"type": ["number", "string"]}
    shape = dict(_TYPES.get(option.type or "", {}))
    if not option.properties or option.type not in {"Object", "Array"}:
        return shape
    inner = _fields(option.properties, of_reference=_REFERENCE.search(name) is not None)
    if option.type == "Array":
        return shape | {"items": {"type": "object"} | inner}
    if name.endswith("Refs"):  # lists in the API, though a platform declares one of them an Object
        return {"type": ["array", "object"], "items": {"type": "object"} | inner} | inner
    return shape | inner


def _fields(properties: Mapping[str, PushOption], *, of_reference: bool) -> dict[str, Any]:
    required: list[str] = []
    doubtful: list[str] = []
    for name, field in properties.items():
        asked = any(
            rule.keyword == "required"
            for _, sentence in _sentences(field)
            for rule in read_rules(sentence, "")
        )
        read_only = name in READ_ONLY and not (name == "id" and of_reference)
        if not (field.required or asked) or read_only:
            continue
        in_doubt = ALTERNATIVES.issuperset({name}) and ALTERNATIVES.issubset(properties)
        in_doubt |= any(doubts_requirement(sentence) for _, sentence in _sentences(field))
        (doubtful if in_doubt or not field.required else required).append(name)
    return (
        {"properties": {name: _field(field, name) for name, field in properties.items()}}
        | ({"required": required} if required else {})
        | ({"x-required": doubtful} if doubtful else {})
    )


def _choices(option: PushOption) -> dict[str, Any]:
    listed: dict[Value, OptionChoice] = {}
    for choice in option.options:
        if choice.value is not None:
            listed.setdefault(_typed(choice.value, option.type), choice)
    if not listed or option.type == "Object":
        return {}
    labels = [choice.display_name for choice in option.options if choice.value is None]
    return {"enum": list(listed), "oneOf": [_label(*item) for item in listed.items()]} | (
        {"x-unlisted": labels} if labels else {}
    )


def _label(value: Value, choice: OptionChoice) -> dict[str, Any]:
    label: dict[str, Any] = {"const": value, "title": choice.display_name or str(value)}
    return label | ({"description": choice.description} if choice.description else {})


def _typed(value: str, kind: str | None) -> Value:
    if kind == "Boolean" and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if kind == "Number" and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def _narrow(schema: dict[str, Any], rules: list[SentenceRule]) -> None:
    """Keep the narrowest of several rules."""
    for rule in rules:
        known = schema.get(rule.keyword)
        if rule.keyword == "required":
            continue
        if known is None or isinstance(known, str) or isinstance(rule.limit, str):
            schema[rule.keyword] = rule.limit
        else:
            narrower = min if rule.keyword in _LEAST else max
            schema[rule.keyword] = narrower(known, rule.limit)


def _sentences(option: PushOption) -> Iterator[tuple[str, str]]:
    for where in ("warnings", "information"):
        for rule in getattr(option.validation, where):
            if rule.details and rule.details.strip():
                yield where, rule.details.strip()
