"""JSON whose numbers keep their digits: fractions are read as Decimal and written as they are."""

import json
from decimal import Decimal
from typing import Any, cast

from emulator.store import JsonObject


def loads(text: str) -> Any:  # noqa: ANN401  # JSON of any shape
    """Read JSON."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: object) -> str:
    """Write JSON; what `loads` has read comes out with the same digits."""
    if isinstance(value, dict):
        members = cast(JsonObject, value).items()
        return (
            f"{{{', '.join(f'{json.dumps(name)}: {dumps(member)}' for name, member in members)}}}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(dumps, cast('list[object]', value)))}]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
