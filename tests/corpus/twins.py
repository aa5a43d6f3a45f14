"""Near-twins of a record: what another push, or a person, may have written instead of it."""

import copy
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.corpus import fields
from tests.corpus.fields import MONTHS, NUMBERS, PARTIES, Record
from tests.corpus.rewriting import leaves
from tests.corpus.totals import LISTS, amount_of, number, settle

ISSUED = ("issueDate", "date", "postedOn")
TEXTS = ("description", "note")
NAMES = ("supplierName", "customerName", "name", "accountName")
CONTACTS = ("emailAddress", "phone", "accountNumber", "taxNumber", "registrationNumber")
PARTS = {"from": "amount", "billItem": "unitPrice", "invoiceItem": "unitPrice"}

Twin = Callable[[Record, str, random.Random], bool]


def twin_of(record: Record, kind: str, platform: str, rng: random.Random) -> Record | None:
    """Change one thing; None where the record has no such thing."""
    made = copy.deepcopy(record)
    return settle(made) if TWINS[kind](made, platform, rng) and made != record else None


def renumber(record: Record, rng: random.Random) -> None:
    """Give the record another number of its own, as a caller that counts does."""
    for name, prefix in NUMBERS.items():
        if name in record:
            record[name] = f"{prefix}{'-' if prefix else ''}{rng.randrange(10000, 99999)}"


def differences(record: Record, other: Record) -> frozenset[str]:
    """Name the facts that no platform changes in which two records differ, before rewriting."""
    ours, theirs = _facts(record), _facts(other)
    apart = {name for name, fact in ours.items() if fact and theirs[name] and fact != theirs[name]}
    rounding = 1 + sum(len(record.get(name) or []) for name in LISTS)
    if abs(ours["amount"] - theirs["amount"]) <= rounding:
        apart.discard("amount")
    return frozenset(apart)


def _facts(record: Record) -> dict[str, Any]:
    own = {name: value for name, value in record.items() if name != "paymentAllocations"}
    ids = {
        name: {_id(holder, name) for holder in _holders(own)} - {None}
        for name in ("accountRef", "itemRef")
    }
    lines = [line for name in LISTS for line in record.get(name) or []]
    parts = [record, *lines, *(value for value in record.values() if isinstance(value, dict))]
    return {
        "party": {_id(record, name) for name in PARTIES} - {None},
        "posting": ids["accountRef"] | ids["itemRef"],
        "amount": _sum(record, lines),
        "date": [record[name][:10] for name in ISSUED if record.get(name)],
        "text": {part[name] for part in parts for name in TEXTS if part.get(name)},
        "name": {record[name] for name in NAMES if record.get(name)},
        **{name: record.get(name) for name in CONTACTS},
    }


def _sum(record: Record, lines: list[Record]) -> Decimal:
    sums = [abs(amount) for line in lines if (amount := amount_of(line)) is not None]
    sums += [abs(number((record.get(part) or {}).get(name))) for part, name in PARTS.items()]
    return sum(sums, Decimal(0))


def _holders(value: Any) -> list[Record]:
    members = value.values() if isinstance(value, dict) else value
    nested = [
        each for member in members if isinstance(member, dict | list) for each in _holders(member)
    ]
    return [value, *nested] if isinstance(value, dict) else nested


def _id(holder: Record, name: str) -> str | None:
    named = holder.get(name)
    return named.get("id") if isinstance(named, dict) else None


def _last_month(record: Record, _: str, rng: random.Random) -> bool:
    if not _move(record, ISSUED, -rng.choice([28, 30, 31])):
        return False
    _move(record, ("dueDate",), -30)
    for holder, name, value in leaves(record):
        if name in TEXTS and isinstance(value, str):
            holder[name] = _month_before(value)
    return True


def _month_before(text: str) -> str:
    months = MONTHS.split()
    for place, month in enumerate(months):
        if month in text:
            return text.replace(month, months[place - 1])
    return text


def _one_text(record: Record, _: str, rng: random.Random) -> bool:
    places = [
        (holder, name, value)
        for holder, name, value in leaves(record)
        if name in (*TEXTS, *NAMES) and isinstance(value, str) and value
    ]
    if not places:
        return False
    holder, name, value = rng.choice(places)
    words = value.split()
    holder[name] = rng.choice(
        [
            f"{value} {rng.choice(['2', 'April', 'second delivery', 'bis'])}",
            " ".join([*words[:-1], "Sugar"]),
            " ".join(["Two", *words[1:]]),
            _month_before(value),
            value.translate(str.maketrans("0123456789", "1234567890")),
        ]
    )
    return True


def _one_date(record: Record, _: str, rng: random.Random) -> bool:
    return _move(record, ISSUED, rng.choice([-365, -91, -14, -7, -3, -2, 2, 3, 7, 14, 31]))


def _next_day(record: Record, _: str, rng: random.Random) -> bool:
    return _move(record, ISSUED, rng.choice([-1, 1]))


def _due_date(record: Record, _: str, rng: random.Random) -> bool:
    return _move(record, ("dueDate",), rng.choice([-16, -14, 1, 14, 16, 30]))


def _move(record: Record, names: tuple[str, ...], days: int) -> bool:
    moved = [name for name in names if record.get(name)]
    for name in moved:
        moment = datetime.fromisoformat(record[name]) + timedelta(days=days)
        record[name] = moment.isoformat()
    return bool(moved)


def _one_quantity(record: Record, _: str, rng: random.Random) -> bool:
    lines = [line for line in record.get("lineItems") or [] if line.get("quantity") is not None]
    if not lines:
        return _one_amount(record, Decimal(rng.choice([1, 2, 10, 100])))
    line = rng.choice(lines)
    line["quantity"] = number(line["quantity"]) + rng.choice([1, 1, 2, 5])
    return True


def _one_price(record: Record, _: str, rng: random.Random) -> bool:
    return _one_amount(record, Decimal(rng.choice(["0.01", "0.40", "1", "-1", "25", "300"])))


def _one_amount(record: Record, more: Decimal) -> bool:
    for holder, name, value in leaves(record):
        if name in {"unitAmount", "amount", "netAmount", "unitPrice"} and value is not None:
            holder[name] = number(value) + more
            return True
    for line in record.get("lineItems") or []:
        line["totalAmount"] = number(line.get("totalAmount")) + more
        return True
    return False


def _other_reference(*names: str) -> Twin:
    def change(record: Record, platform: str, rng: random.Random) -> bool:
        holders = [(each, name) for each in _holders(record) for name in names if _id(each, name)]
        if not holders:
            return False
        holder, name = rng.choice(holders)
        holder[name] = {**holder[name], "id": fields.identifier(name, platform, rng)}
        return True

    return change


def _own_number(record: Record, _: str, rng: random.Random) -> bool:
    renumber(record, rng)
    return True


def _one_line(record: Record, _: str, rng: random.Random) -> bool:
    lines = record.get("lineItems") or []
    if not lines:
        return False
    lines.append(copy.deepcopy(rng.choice(lines)))
    return True


TWINS: dict[str, Twin] = {
    "last month's": _last_month,
    "one text": _one_text,
    "one date": _one_date,
    "one quantity": _one_quantity,
    "one price": _one_price,
    "one account": _other_reference("accountRef"),
    "one item": _other_reference("itemRef"),
    "party": _other_reference(*PARTIES),
    "one line more": _one_line,
    "own number": _own_number,
    "next day": _next_day,
    "due date": _due_date,
}
SOFT = frozenset({"own number", "next day", "due date"})
"""Twins that differ only in what a platform may change: their number differs, too."""
