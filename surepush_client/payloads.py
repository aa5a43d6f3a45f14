"""JSON payloads whose numbers keep their digits: Decimal goes out and comes back as it is."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_jsonable_python
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
)

ENCODING = "json/plain"


_PLAIN = frozenset({str, int, float, bool, type(None), Decimal})


@lru_cache(maxsize=512)
def _aliases(model: type[BaseModel]) -> list[tuple[str, str]]:
    """List the fields of a model with their names in JSON."""
    return [(name, field.alias or name) for name, field in model.model_fields.items()]


def to_plain(value: object) -> object:
    """Turn a value into what JSON has, but for numbers, which stay Decimal."""
    if type(value) in _PLAIN:
        return value
    match value:
        case BaseModel():
            # Field by field: model_dump goes through records in one step that nothing interrupts.
            fields = vars(value)
            given = {alias: fields[name] for name, alias in _aliases(type(value))}
            given |= value.model_extra or {}
            return {name: to_plain(member) for name, member in given.items() if member is not None}
        case dict():
            members = cast("dict[object, object]", value)
            return {str(key): to_plain(member) for key, member in members.items()}
        case list() | tuple():
            return [to_plain(item) for item in cast("list[object]", value)]
        case str() | int() | float() | Decimal() | None:
            return value
        case _:
            return to_jsonable_python(value)


def dumps(value: object) -> str:
    """Write what `to_plain` gives as JSON. Raises: ValueError for NaN and Infinity."""
    match value:
        case dict():
            members = cast("dict[str, object]", value)
            return f"{{{','.join(f'{json.dumps(k)}:{dumps(v)}' for k, v in members.items())}}}"
        case list():
            return f"[{','.join(map(dumps, cast('list[object]', value)))}]"
        case Decimal() if value.is_finite():
            return str(value)
        case Decimal():
            raise ValueError(f"{value} is no JSON number")
        case _:
            return json.dumps(value, allow_nan=False)


@lru_cache(maxsize=32)
def adapter(type_hint: type) -> TypeAdapter[Any]:
    """Give what checks values of a type; made once for each."""
    return TypeAdapter(type_hint)


class DecimalJSON(EncodingPayloadConverter):
    """JSON for pydantic models and plain values; a number with a fraction is read as Decimal."""

    @property
    def encoding(self) -> str:
        """The payload's encoding."""
        return ENCODING

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ANN401
        """Write a value; None stays with the converter for null."""
        if value is None:
            return None
        text = self.write(to_plain(value))
        return Payload(metadata={"encoding": self.encoding.encode()}, data=text.encode())

    def write(self, value: object) -> str:
        """Write as JSON what `to_plain` gives."""
        return dumps(value)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ANN401
        """Read a value as the type that is expected."""
        value = json.loads(payload.data, parse_float=Decimal)
        return value if type_hint is None else adapter(type_hint).validate_python(value)


class DecimalPayloads(CompositePayloadConverter):
    """The SDK's converters, with `DecimalJSON` for JSON."""

    def __init__(self) -> None:
        others = (
            converter
            for converter in DefaultPayloadConverter.default_encoding_payload_converters
            if converter.encoding != ENCODING
        )
        super().__init__(*others, DecimalJSON())


CONVERTER = DataConverter(payload_converter_class=DecimalPayloads)
"""Of a backend without payload encryption."""
