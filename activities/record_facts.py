"""What no platform changes in a record: whom it names, the accounts and items, what it adds up to.

A platform may split, join, add and sort lines, so their number speaks only by what they add up to.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import cast

from activities.platform_changes import folded, number_of

Fields = dict[str, object]

_PARTIES = frozenset({"supplierRef", "customerRef", "contactRef"})
_KINDS = {"accountRef": "account", "accountId": "account", "itemRef": "item"} | dict.fromkeys(
    _PARTIES, "party"
)
_AMOUNTS = ("subTotal", "totalAmount", "amount", "netAmount", "unitPrice")
_TAXES = ("taxAmount", "totalTaxAmount")


def contradicting_ids(sent: Fields, shown: Fields) -> int:
    """Count what can't be of one record: the party, and the accounts and items of the lines."""
    ours, theirs = _ids(sent), _ids(shown)
    contradict = {
        kind: _in_one_style(ours[kind], theirs[kind])
        and bool(ours[kind] - theirs[kind])
        and bool(theirs[kind] - ours[kind])
        for kind in ("party", "account", "item")
    }
    return contradict["party"] + (contradict["account"] or contradict["item"])


def _in_one_style(ours: set[str], theirs: set[str]) -> bool:
    """Tell whether ids can be compared; a platform may have another kind of them beside."""
    return not {*map(_style, ours)}.isdisjoint(map(_style, theirs))


def _style(name: str) -> str:
    if re.fullmatch("[0-9a-f]{32}", name):
        return "guid"
    return "number" if name.isdigit() else "text"


def _ids(value: object, found: defaultdict[str, set[str]] | None = None) -> dict[str, set[str]]:
    """Gather the ids that a record refers to, by their kind."""
    found = defaultdict(set) if found is None else found
    for name, member in _members(value):
        kind = _KINDS.get(name)
        if kind is None:
            _ids(member, found)
            continue
        named = cast("Fields", member).get("id") if isinstance(member, dict) else member
        if isinstance(named, str | int) and folded(str(named)):
            found[kind].add(folded(str(named)))
    return found


def _members(value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, list):
        return [("", item) for item in cast("list[object]", value)]
    return cast("Fields", value).items() if isinstance(value, dict) else ()


def amounts_contradict(sent: Fields, shown: Fields) -> bool:
    """Tell whether nothing that one record comes to is what the other comes to, taxed or not."""
    currencies, others = _currencies(sent), _currencies(shown)
    if currencies and others and not currencies & others:
        return False  # they can't be compared
    slack = 1 + sum(_slack(line) for lines in _line_lists(sent) for line in lines)
    ours = {amount for amount in _amounts(sent) if amount}
    theirs = {amount for amount in _amounts(shown, with_lines_added=True) if amount}
    return bool(ours and theirs) and all(
        abs(this - that) >= slack for this in ours for that in theirs
    )


def _currencies(record: Fields) -> set[str]:
    lines = [line for lines in _line_lists(record) for line in lines]
    named = [holder.get("currency") for holder in (record, *lines)]
    return {folded(currency) for currency in named if isinstance(currency, str) and currency}


def _amounts(record: Fields, *, with_lines_added: bool = False) -> Iterator[Decimal]:
    """Give all that a record may be said to come to, without signs.

    `with_lines_added`: one of the lines may be the platform's own, its tax or its rounding.
    """
    parts = [cast("Fields", member) for member in record.values() if isinstance(member, dict)]
    for holder in (record, *parts):
        known = [number_of(holder.get(name)) for name in _AMOUNTS]
        yield from (abs(amount) for amount in (*known, _untaxed(holder)) if amount is not None)
    for lines in _line_lists(record):
        for amounts in _ways_to_add(lines):
            total, volume = sum(amounts, Decimal(0)), sum(map(abs, amounts), Decimal(0))
            yield from (abs(total), volume)
            for amount in amounts if with_lines_added else ():
                yield from (abs(total - amount), volume - abs(amount))


def has_more_lines(sent: Fields, shown: Fields) -> bool:
    """Tell whether a list of lines is longer than what was sent."""
    ours, theirs = (
        {
            name: len(cast("list[object]", value))
            for name, value in record.items()
            if isinstance(value, list)
        }
        for record in (sent, shown)
    )
    return any(0 < count < theirs.get(name, 0) for name, count in ours.items())


def _line_lists(record: Fields) -> Iterator[list[Fields]]:
    for member in record.values():
        if isinstance(member, list):
            rows = cast("list[object]", member)
            yield [cast("Fields", row) for row in rows if isinstance(row, dict)]


def _ways_to_add(lines: list[Fields]) -> Iterator[list[Decimal]]:
    """Give the amounts of the lines in each way in which all of them tell one."""
    ways = [[number_of(line.get(name)) for line in lines] for name in _AMOUNTS]
    for way in (*ways, [*map(_product, lines)], [*map(_discounted, lines)]):
        amounts = [amount for amount in way if amount is not None]
        if amounts and len(amounts) == len(lines):
            yield amounts


def _untaxed(holder: Fields) -> Decimal | None:
    total = number_of(holder.get("totalAmount"))
    taxes = [tax for name in _TAXES if (tax := number_of(holder.get(name))) is not None]
    return total - taxes[0] if total is not None and taxes else None


def _product(line: Fields) -> Decimal | None:
    price, quantity = number_of(line.get("unitAmount")), number_of(line.get("quantity"))
    return None if price is None else price * (Decimal(1) if quantity is None else quantity)


def _discounted(line: Fields) -> Decimal | None:
    product, discount = _product(line), number_of(line.get("discountAmount"))
    return None if product is None or discount is None else product - discount


def _slack(line: Fields) -> Decimal:
    """Say by how much a line changes at most when the platform rounds its numbers."""
    price, quantity = number_of(line.get("unitAmount")), number_of(line.get("quantity"))
    if price is None or quantity is None:
        return Decimal(1)
    return 1 + abs(quantity) * _fraction(price) + abs(price) * _fraction(quantity)


def _fraction(number: Decimal) -> Decimal:
    return Decimal(0) if number == number.to_integral_value() else min(Decimal(1), abs(number))
