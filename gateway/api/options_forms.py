"""Options as Codat tells them, or as JSON Schema."""

from typing import Annotated, Literal

from fastapi import Query

from codat.models import PushOption
from codat.validation.schema import json_schema
from gateway.errors import Json

_SCHEMA_TYPE = "application/schema+json"

OptionsForm = Annotated[
    Literal["options", "json-schema"],
    Query(
        alias="as",
        description="`json-schema` gives JSON Schema 2020-12, which form libraries can draw.",
    ),
]

AS_SCHEMA = {
    "responses": {"200": {"content": {_SCHEMA_TYPE: {"schema": {"type": "object"}}}}},
}
"""What the OpenAPI document says of the second form."""


def written_as(form: str, options: PushOption) -> Json:
    """Write options in the form that was asked for."""
    if form == "json-schema":
        return Json(json_schema(options), media_type=_SCHEMA_TYPE)
    # What the platform left out stays out.
    return Json(options.model_dump(by_alias=True, exclude_unset=True))
