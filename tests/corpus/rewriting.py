"""What platforms make of a record, by rules of their own; a platform keeps its habits.

Shares no code with what compares records: nothing here is imported from `activities`.
"""

import copy
import random
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.corpus.fields import NUMBERS, Record
from tests.corpus.totals import CENT, amount_of, number

AMOUNTS = frozenset(
    {"unitAmount", "subTotal", "taxAmount", "totalAmount", "totalTaxAmount", "amountDue", "amount"}
    | {"netAmount", "unitPrice", "remainingCredit"}
)
TEXTS = frozenset(
    {"description", "note", "supplierName", "customerName", "contactName", "name", "accountName"}
)
DATES = frozenset({"issueDate", "dueDate", "date", "postedOn", "paidOnDate", "allocatedOnDate"})
LIMITS = (20, 21, 30, 31, 41, 60)
SIGNED = {"bills", "invoices", "creditNotes", "billCreditNotes", "directCosts", "directIncomes"}

Habit = Callable[[Record, random.Random], None]


def rewritten(record: Record, data_type: str, habits: list[str], seed: str) -> Record:
    """Give the record as the platform keeps it; the same seed makes the same changes."""
    made = copy.deepcopy(record)
    for habit in habits:
        if habit != "sign" or data_type in SIGNED:
            HABITS[habit](made, random.Random(f"{seed}{habit}"))
    return made


def draw_habits(rng: random.Random) -> list[str]:
    """Draw the habits of a platform: every sixth changes nothing that was sent."""
    if rng.random() < 1 / 6:
        return rng.choice([[], ["defaults"], ["order"], ["defaults", "order"]])
    chosen = set(rng.sample(sorted(HABITS), rng.randrange(1, 7)))
    return [name for name in HABITS if name in chosen]


def leaves(value: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Give each value with what holds it, and its name there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in list(pairs):
        if isinstance(inner, dict | list):
            yield from leaves(inner)
        else:
            yield value, name, inner


def _own_number(record: Record, rng: random.Random) -> None:
    for name in NUMBERS:
        if name in record:
            record[name] = f"{rng.randrange(1, 99999):05d}"


def _due_date(record: Record, rng: random.Random) -> None:
    if record.get("issueDate"):
        issued = datetime.fromisoformat(record["issueDate"])
        record["dueDate"] = (issued + timedelta(days=rng.choice([0, 14, 30]))).isoformat()


def _tax(record: Record, rng: random.Random) -> None:
    rate, lines = rng.choice([Decimal("0.2"), Decimal("0.05"), Decimal(0)]), record.get("lineItems")
    if not lines or any(amount_of(line) is None for line in lines):
        return
    for line in lines:
        net = amount_of(line) or Decimal(0)
        tax = (net * rate).quantize(CENT)
        line |= {"subTotal": net, "taxAmount": tax, "totalAmount": net + tax}
        line["taxRateRef"] = {"id": "T20", "name": "20% (VAT)", "effectiveTaxRate": rate * 100}
    net = sum((line["subTotal"] for line in lines), Decimal(0))
    tax = sum((line["taxAmount"] for line in lines), Decimal(0))
    record["totalTaxAmount" if "totalTaxAmount" in record else "taxAmount"] = tax
    record |= {"subTotal": net, "totalAmount": net + tax, "amountDue": net + tax}


def _tax_line(record: Record, rng: random.Random) -> None:
    lines = record.get("lineItems")
    if lines and all(line.get("unitAmount") is not None for line in lines):
        tax = sum((number(line["unitAmount"]) for line in lines), Decimal(0)) / 5
        added = {"description": "VAT 20%", "unitAmount": tax.quantize(CENT), "quantity": 1}
        lines.insert(rng.randrange(len(lines) + 1), {**added, "accountRef": {"id": "2200"}})


def _sign(record: Record, _: random.Random) -> None:
    for holder, name, value in leaves(record):
        if name in AMOUNTS and isinstance(value, int | Decimal):
            holder[name] = -value


def _cents(record: Record, _: random.Random) -> None:
    _round(record, CENT)


def _whole(record: Record, _: random.Random) -> None:
    _round(record, Decimal(1))


def _round(record: Record, unit: Decimal) -> None:
    for holder, name, value in leaves(record):
        if name in AMOUNTS and isinstance(value, Decimal):
            holder[name] = value.quantize(unit, ROUND_HALF_UP)


def _change_texts(record: Record, change: Callable[[str], str]) -> None:
    for holder, name, value in leaves(record):
        if name in TEXTS and isinstance(value, str):
            holder[name] = change(value)


def _question_marks(record: Record, _: random.Random) -> None:
    _change_texts(record, lambda text: text.encode("ascii", "replace").decode())


def _plain_letters(record: Record, _: random.Random) -> None:
    def plain(text: str) -> str:
        parts = unicodedata.normalize("NFKD", text)
        return "".join(each for each in parts if not unicodedata.combining(each))

    _change_texts(record, plain)


def _capitals(record: Record, _: random.Random) -> None:
    _change_texts(record, str.upper)


def _marks_left_out(record: Record, _: random.Random) -> None:
    _change_texts(record, lambda text: "".join(each for each in text if each not in ",.&/'-"))


def _cut(record: Record, rng: random.Random) -> None:
    limit = rng.choice(LIMITS)
    _change_texts(record, lambda text: text[:limit].strip())


def _dropped(record: Record, rng: random.Random) -> None:
    names = rng.choice([{"note"}, {"description"}, {"emailAddress", "phone"}, {"itemRef"}])
    for holder, name, _ in list(leaves(record)):
        if name in names:
            holder[name] = rng.choice([None, ""])


def _order(record: Record, rng: random.Random) -> None:
    for value in record.values():
        if isinstance(value, list):
            rng.shuffle(value)


def _split(record: Record, _: random.Random) -> None:
    lines = record.get("lineItems") or []
    if lines and lines[0].get("quantity") is not None and lines[0].get("unitAmount") is not None:
        first = lines.pop(0)
        for name in ("subTotal", "taxAmount", "totalAmount"):
            first.pop(name, None)
        half = number(first["quantity"]) / 2
        lines += [{**copy.deepcopy(first), "quantity": half}, {**first, "quantity": half}]


def _merged(record: Record, _: random.Random) -> None:
    """Write the lines of one account and item as one."""
    kept: dict[str, Record] = {}
    for line in record.get("lineItems") or []:
        amount = amount_of(line)
        if amount is None:
            return
        key = f"{line.get('accountRef')}{line.get('itemRef')}"
        total = amount + number(kept[key]["unitAmount"]) if key in kept else amount
        named = [name for name in ("description", "accountRef", "itemRef") if line.get(name)]
        first = kept.get(key) or {name: line[name] for name in named}
        kept[key] = {**first, "unitAmount": total, "quantity": 1}
    if kept:
        record["lineItems"] = list(kept.values())


def _defaults(record: Record, _: random.Random) -> None:
    for holder, name, _value in list(leaves(record)):
        if name == "id" and isinstance(holder, dict):
            holder.setdefault("name", "As the software calls it, at some length and with a code")
    for line in record.get("lineItems") or []:
        line.setdefault("tracking", {"isBilledTo": "Unknown", "isRebilledTo": "NotApplicable"})
        line.setdefault("discountPercentage", 0)
        line.setdefault("trackingCategoryRefs", [])
    record.setdefault("status", "Submitted")
    record.setdefault("currencyRate", 1)
    record.setdefault("paymentAllocations", [])


def _rates(record: Record, rng: random.Random) -> None:
    record["currencyRate"] = Decimal(rng.randrange(50, 150)) / 100


def _zone(record: Record, rng: random.Random) -> None:
    """Write dates with a zone, without a time, or as the instant that another zone has."""
    way = rng.randrange(5)
    hours = rng.choice([-11, -5, 1, 13])
    for holder, name, value in leaves(record):
        if name in DATES and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            moved = moment - timedelta(hours=hours)
            midnight = moved.replace(hour=0, minute=0, second=0, microsecond=0)
            forms = [f"{moment.isoformat()}Z" if not moment.tzinfo else value, value[:10]]
            forms += [moved.isoformat(), midnight.isoformat(), midnight.isoformat()[:10]]
            holder[name] = forms[way]


HABITS: dict[str, Habit] = {
    "own number": _own_number,
    "due date": _due_date,
    "tax": _tax,
    "tax line": _tax_line,
    "merged": _merged,
    "split": _split,
    "sign": _sign,
    "cents": _cents,
    "whole": _whole,
    "question marks": _question_marks,
    "plain letters": _plain_letters,
    "capitals": _capitals,
    "marks": _marks_left_out,
    "cut": _cut,
    "dropped": _dropped,
    "order": _order,
    "defaults": _defaults,
    "rates": _rates,
    "zone": _zone,
}
