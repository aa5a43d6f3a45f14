"""Options: what a platform says about the records that it accepts."""

from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field

from codat.lenient import Flag, LenientModel, Object, Objects, Text


class OptionRule(LenientModel):
    """One rule, in words; `field` is unreliable, the place in the tree counts."""

    details: Text = None
    field: Text = None
    ref: Text = None


class OptionRules(LenientModel):
    """The rules of one field; nothing defines what tells warnings from information."""

    warnings: Objects[OptionRule] = Field(default_factory=list[OptionRule])
    information: Objects[OptionRule] = Field(default_factory=list[OptionRule])


class OptionChoice(LenientModel):
    """One value that a field may take."""

    value: Text = None
    type: Text = None
    display_name: Text = None
    description: Text = None
    required: Flag = False


def _fields(value: object) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    members = cast("dict[str, object]", value)
    return {
        name: field for name, field in members.items() if isinstance(field, dict | LenientModel)
    }


class PushOption(LenientModel):
    """One field of a record; an Array holds its item's fields; `properties` None: opaque."""

    type: Text = None
    display_name: Text = None
    description: Text = None
    required: Flag = False
    properties: Annotated["dict[str, PushOption] | None", BeforeValidator(_fields)] = None
    options: Objects[OptionChoice] = Field(default_factory=list[OptionChoice])
    validation: Object[OptionRules] = Field(default_factory=OptionRules)
