"""What a platform accepts of a record: fields that carry both the rule and its human sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.store import JsonObject

Fields = Mapping[str, "OptionField"]
JsonChoices = list[JsonObject]


@dataclass(frozen=True)
class OptionField:
    """One field of an option document, with the rules that the platform keeps it to."""

    type: str
    title: str
    description: str = ""
    required: bool = False
    fields: Fields = field(default_factory=dict[str, "OptionField"])
    choices: tuple[tuple[str, str], ...] = ()
    shortest: int | None = None
    longest: int | None = None
    positive: bool = False
    decimals: int | None = None
    most: int | None = None
    unique: bool = False
    refers: str | None = None
    warns: tuple[str, ...] = ()
    informs: tuple[str, ...] = ()

    def but(self, **changes: Any) -> "OptionField":  # noqa: ANN401  # any field of this class
        """Give the same field with some things changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Wording:
    """How one platform puts the rules that all platforms have."""

    longest: str = "Max length of {} characters."
    between: str = "Must have a length between {} and {} characters."
    positive: str = "Must be greater than zero."
    decimals: str = "Precision must be maximum of {} decimal places."
    most: str = "No more than {} items are accepted."
    unique: str = "Must be unique."
    refers: str = "Must match the ID of an existing record of {}."
    provided: str | None = "Must be provided."
    names_fields: bool = True
    field_style: str = "pascal"


def document(root: OptionField, wording: Wording, choices: Mapping[str, JsonChoices]) -> JsonObject:
    """Render an option document; `choices` holds long lists by the data type they list."""
    return _render(root, "", wording, choices)


def choice(value: str, shown: str) -> JsonObject:
    """Render one choice; its type and `required` say nothing, as in the real documents."""
    return {"value": value, "type": "String", "displayName": shown, "required": False}


def pascal(path: str) -> str:
    """Write a dotted path the way validation items do: PascalCase."""
    return ".".join(step[:1].upper() + step[1:] for step in path.split("."))


def _render(
    option: OptionField, path: str, wording: Wording, choices: Mapping[str, JsonChoices]
) -> JsonObject:
    rendered: JsonObject = {"type": option.type, "displayName": option.title}
    if option.description or path:
        rendered["description"] = option.description or option.title
    if option.fields:
        rendered["properties"] = {
            name: _render(inner, f"{path}.{name}" if path else name, wording, choices)
            for name, inner in option.fields.items()
        }
    listed = [choice(*pair) for pair in option.choices]
    if option.refers in choices:
        listed = choices[option.refers or ""]
    if listed:
        rendered["options"] = listed
    rendered["required"] = option.required
    warnings = [*_sentences(option, wording), *option.warns]
    information = [*option.informs]
    if option.required and path and wording.provided:
        information.append(wording.provided)
    if warnings or information:
        rendered["validation"] = {
            "warnings": [_item(path, text, wording) for text in warnings],
            "information": [_item(path, text, wording) for text in information],
        }
    return rendered


def _sentences(option: OptionField, wording: Wording) -> list[str]:
    sentences: list[str] = []
    if option.shortest is not None:
        sentences.append(wording.between.format(option.shortest, option.longest))
    elif option.longest is not None:
        sentences.append(wording.longest.format(option.longest))
    if option.positive:
        sentences.append(wording.positive)
    if option.decimals is not None:
        sentences.append(wording.decimals.format({2: "two", 4: "four"}[option.decimals]))
    if option.most is not None:
        sentences.append(wording.most.format(option.most))
    if option.unique:
        sentences.append(wording.unique)
    if option.refers is not None:
        sentences.append(wording.refers.format(option.refers))
    return sentences


def _item(path: str, details: str, wording: Wording) -> JsonObject:
    if not wording.names_fields or not path:
        return {"details": details}
    return {"field": pascal(path) if wording.field_style == "pascal" else path, "details": details}
