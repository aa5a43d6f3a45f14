"""The sums of a record, made to fit its lines."""

from decimal import Decimal
from typing import Any

from tests.corpus.fields import Record

LISTS = ("lineItems", "journalLines", "lines")
TAXES = ("taxAmount", "totalTaxAmount")
CENT = Decimal("0.01")


def settle(record: Record) -> Record:
    """Make lines and totals fit each other, where the record has them; gives the same record."""
    lines = record.get("lineItems") or []
    for line in lines:
        _settle_line(line)
    if lines and all(amount_of(line) is not None for line in lines):
        net = sum((amount_of(line) or Decimal(0) for line in lines), Decimal(0))
        tax = sum((number(line.get("taxAmount")) for line in lines), Decimal(0))
        _put(record, "subTotal", net)
        _put(record, "totalAmount", net + tax)
        for name in (*TAXES, "amountDue", "remainingCredit"):
            _put(record, name, tax if name in TAXES else net + tax)
    _settle_others(record)
    return record


def amount_of(line: Record) -> Decimal | None:
    """Say what a line comes to without tax; None where it does not say."""
    if line.get("unitAmount") is not None:
        return (number(line["unitAmount"]) * number(line.get("quantity", 1))).quantize(CENT)
    if line.get("subTotal") is not None:
        return number(line["subTotal"])
    if line.get("totalAmount") is not None:
        return number(line["totalAmount"]) - number(line.get("taxAmount"))
    value = line.get("netAmount", line.get("amount"))
    return None if value is None else number(value)


def number(value: Any) -> Decimal:
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else Decimal(0)


def _settle_line(line: Record) -> None:
    if line.get("unitAmount") is None:
        return
    net = amount_of(line) or Decimal(0)
    tax = (net / 5).quantize(CENT) if line.get("taxAmount") else Decimal(0)
    for name, value in {"subTotal": net, "taxAmount": tax, "totalAmount": net + tax}.items():
        _put(line, name, value)


def _settle_others(record: Record) -> None:
    rows = record.get("journalLines") or []
    if len(rows) > 1 and all(row.get("netAmount") is not None for row in rows):
        rows[-1]["netAmount"] = -sum((number(row["netAmount"]) for row in rows[:-1]), Decimal(0))
    payments = record.get("lines") or []
    if payments and all(row.get("amount") is not None for row in payments):
        _put(record, "totalAmount", sum((number(row["amount"]) for row in payments), Decimal(0)))
        for row in payments:
            links = row.get("links") or []
            if len(links) == 1:
                _put(links[0], "amount", -number(row["amount"]))
    if isinstance(record.get("from"), dict) and isinstance(record.get("to"), dict):
        _put(record["to"], "amount", number(record["from"].get("amount")))


def _put(holder: Record, name: str, value: Decimal) -> None:
    if holder.get(name) is not None:
        holder[name] = value
