"""From the platform's words for a place, `LineItems[0].TaxRateRef.Id`, to a JSON pointer."""

import re
from collections.abc import Iterable
from typing import cast

from codat.models import PushOption

_DEEPEST = 100
_PARTS = re.compile(r"[^.\[\]/]+")


def pointer(path: Iterable[str | int]) -> str:
    """Return the RFC 6901 JSON pointer of a path."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def pointer_of(item_id: str | None, record: object, options: PushOption | None = None) -> str:
    """Return where in the caller's record an itemId points, as far as that is certain.

    Names are looked up in the record, then in the options, whatever their case. Without options a
    name that the record lacks is written as the API writes names.
    """
    path: list[str | int] = []
    here, field, owner = record, options, ""
    for position, part in enumerate(_PARTS.findall(item_id or "")[:_DEEPEST]):
        if part.isdecimal() and (isinstance(here, list) or (path and here is None)):
            path.append(int(part))
            here = _row(cast("object", here), int(part))
            continue
        if isinstance(here, list):  # no index: certain only where there is one row
            if len(cast("list[object]", here)) != 1:
                break
            path.append(0)
            here = _row(cast("object", here), 0)
        name = _name(part, owner, here, field)
        if name is None and position:
            break
        if name is not None:  # else perhaps the record's own type, as in "Invoice.Status"
            path.append(name)
            here = cast("dict[str, object]", here).get(name) if isinstance(here, dict) else None
            field, owner = (field.properties or {}).get(name) if field else None, name
    return pointer(path)


def _row(rows: object, index: int) -> object:
    listed = cast("list[object]", rows) if isinstance(rows, list) else []
    return listed[index] if index < len(listed) else None


def _name(part: str, owner: str, here: object, field: PushOption | None) -> str | None:
    names = [*(cast("dict[str, object]", here) if isinstance(here, dict) else ())]
    names += (field.properties or {}) if field else ()
    wanted = part.casefold()
    for name in names:
        # The platforms write a class's name too: PaymentAllocations[0].PaymentAllocationPayment
        if wanted in {name.casefold(), f"{owner.removesuffix('s')}{name}".casefold()}:
            return name
    return None if field else part[:1].lower() + part[1:]
