"""What a platform makes of a record: some show it as their own, not as it was sent."""

import copy
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from emulator.store import JsonObject

Value = Any

TAX = Decimal("0.2")
TERMS = timedelta(days=30)
MAX_NAME = 24
"""Letters that a text keeps on a platform that cuts."""

_NUMBERS = (
    "reference",
    "invoiceNumber",
    "creditNoteNumber",
    "billCreditNoteNumber",
    "purchaseOrderNumber",
    "nominalCode",
    "code",
    "journalCode",
)
_OPPOSITES = (("reference", "billCreditNoteNumber"), ("invoiceNumber", "creditNoteNumber"))
_AMOUNTS = frozenset(
    {"unitAmount", "discountAmount", "subTotal", "taxAmount", "totalAmount", "totalTaxAmount"}
    | {"totalDiscount", "amountDue", "remainingCredit", "amount", "netAmount", "unitPrice"}
)


def rewritten(record: JsonObject, ways: Collection[str], own_number: str) -> JsonObject:
    """Give the record as the platform shows it; unknown shapes stay as they are."""
    made = copy.deepcopy(record)
    for name, way in WAYS.items():
        if name in ways:
            way(made, own_number)
    return made


def written(record: JsonObject) -> str:
    """Write a record as JSON."""
    return json.dumps(record, default=float)


def _number(record: JsonObject, own_number: str) -> None:
    for name in _NUMBERS:
        if name in record:
            record[name] = own_number


def _due_date(record: JsonObject, _: str) -> None:
    issued = record.get("issueDate")
    if isinstance(issued, str) and _moment(issued):
        record["dueDate"] = (datetime.fromisoformat(issued) + TERMS).isoformat()


def _tax(record: JsonObject, _: str) -> None:
    lines = _lines(record.get("lineItems"))
    for line in lines:
        line["subTotal"] = _decimal(line.get("unitAmount")) * _decimal(line.get("quantity"))
        line["taxAmount"] = line["subTotal"] * TAX
        line["totalAmount"] = line["subTotal"] + line["taxAmount"]
    if not lines:
        return
    net = sum((line["subTotal"] for line in lines), Decimal(0))
    record["subTotal"] = net
    record["totalTaxAmount" if "totalTaxAmount" in record else "taxAmount"] = net * TAX
    for name in ("totalAmount", "amountDue", "remainingCredit"):
        if name in record:
            record[name] = net + net * TAX


def _sign(record: JsonObject, _: str) -> None:
    """Make a credit note of a bill or an invoice, and the other way round."""
    if not any(number in record for pair in _OPPOSITES for number in pair):
        return
    for holder, name, value in list(_leaves(record)):
        if name in _AMOUNTS and _is_number(value):
            holder[name] = -value
    for pair in (*_OPPOSITES, *((second, first) for first, second in _OPPOSITES)):
        if pair[0] in record:
            record[pair[1]] = record.pop(pair[0])
            return


def _rounding(record: JsonObject, _: str) -> None:
    for holder, name, value in list(_leaves(record)):
        if name in _AMOUNTS and _is_number(value):
            holder[name] = int(_decimal(value).to_integral_value(ROUND_HALF_UP))


def _letters(record: JsonObject, _: str) -> None:
    for holder, name, value in list(_leaves(record)):
        if _is_text(name, value):
            holder[name] = value.encode("ascii", "replace").decode()


def _cut(record: JsonObject, _: str) -> None:
    for holder, name, value in list(_leaves(record)):
        if _is_text(name, value):
            holder[name] = value.strip()[:MAX_NAME].strip()


def _sort(record: JsonObject, _: str) -> None:
    for name, value in record.items():
        if isinstance(value, list):
            record[name] = sorted(cast("list[Value]", value), key=_order, reverse=True)


WAYS: Mapping[str, Callable[[JsonObject, str], None]] = {
    "number": _number,
    "due-date": _due_date,
    "tax": _tax,
    "sign": _sign,
    "rounding": _rounding,
    "letters": _letters,
    "cut": _cut,
    "order": _sort,
}
"""What a platform may change, by name, in the order in which it does."""


def _leaves(value: Value) -> Iterator[tuple[Value, Any, Value]]:
    """Give each value with what holds it and its name there."""
    if isinstance(value, dict):
        pairs: list[tuple[Any, Value]] = list(cast(JsonObject, value).items())
    elif isinstance(value, list):
        pairs = list(enumerate(cast("list[Value]", value)))
    else:
        return
    for name, inner in pairs:
        if isinstance(inner, dict | list):
            yield from _leaves(inner)
        else:
            yield value, name, inner


def _lines(value: Value) -> list[JsonObject]:
    lines = cast("list[Value]", value) if isinstance(value, list) else []
    return [
        cast(JsonObject, line)
        for line in lines
        if isinstance(line, dict) and _is_number(cast(JsonObject, line).get("unitAmount"))
    ]


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _decimal(value: Value) -> Decimal:
    return Decimal(str(value)) if _is_number(value) else Decimal(1)


def _is_text(name: object, value: Value) -> bool:
    is_id = str(name).lower().endswith("id")
    return isinstance(value, str) and not is_id and not _moment(value)


def _moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _order(value: Value) -> str:
    return json.dumps(value, default=float, sort_keys=True)
