"""What a record is called by people: its number or name, and its amount."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_CALLED = ("reference", "invoiceNumber", "billNumber", "nominalCode", "number", "code")
_NAMED = ("supplierName", "customerName", "accountName", "name", "title", "description")
_AMOUNTS = ("totalAmount", "amount", "netAmount")
_MAX = 80
"""Characters of a number or name."""


def record_title(record: Mapping[str, Any]) -> str:
    """Return number or name and amount, such as `INV-17 · 120.00 GBP`; empty without any."""
    texts = (record.get(name) for name in (*_CALLED, *_NAMED))
    title = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    amounts = (record.get(name) for name in _AMOUNTS)
    amount = next((number for number in amounts if _is_number(number)), None)
    currency = record.get("currency")
    money = "" if amount is None else f"{amount} {currency if isinstance(currency, str) else ''}"
    return " · ".join(part for part in (title.strip()[:_MAX], money.strip()[:_MAX]) if part)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
