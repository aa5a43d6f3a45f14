"""Fields that survive what deployments of Codat really send."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class LenientModel(BaseModel):
    """A JSON object of Codat's: camelCase there, null is absent, unknown fields are ignored."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        members = cast("Mapping[object, object]", value)
        return {name: member for name, member in members.items() if member is not None}


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except (ValidationError, OverflowError):
        return None


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _flag(value: object) -> bool:
    return value is True or value == "true"


def _objects(value: object) -> list[Any]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping | BaseModel)]


def _object(value: object) -> object:
    return cast("object", value) if isinstance(value, Mapping | BaseModel) else {}


def _utc(value: object, read: ValidatorFunctionWrapHandler) -> datetime | None:
    moment = _or_none(value, read)
    if not isinstance(moment, datetime):
        return None
    try:
        aware = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None
    return aware if aware.year > 1 else None


Text = Annotated[str | None, BeforeValidator(_text)]
"""A text, also when it came as a number; None when it came as anything else."""

Maybe = Annotated[T | None, WrapValidator(_or_none)]
"""A value of this type; None when it came as anything else."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""Yes or no; anything unclear is no."""

UtcDatetime = Annotated[datetime | None, WrapValidator(_utc)]
"""A moment in UTC, also when no zone was sent; .NET's unset 0001-01-01 is None."""

Objects = Annotated[list[T], BeforeValidator(_objects)]
"""A list of objects, empty when it came as anything else; what is no object is left out."""

Object = Annotated[T, BeforeValidator(_object)]
"""An object, with its defaults when it came as anything else."""
