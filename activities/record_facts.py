"""What no platform changes in a record: whom it names, the accounts and items, what it adds up to.

A platform may split, join, add and sort lines, so their number speaks only by what they add up to.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, cast

from activities.platform_changes import folded, number_of

Fields = dict[str, object]

_PARTIES = frozenset({"supplierRef", "customerRef", "contactRef"})
_KINDS = {"accountRef": "account", "accountId": "account", "itemRef": "item"} | dict.fromkeys(
    _PARTIES, "party"
)
_AMOUNTS = ("subTotal", "totalAmount", "amount", "netAmount", "unitPrice")
OF_OTHERS = frozenset({"paymentAllocations", "withholdingTax"})
"""Lists in a record that belong to other records, or to the tax."""

_TAXES = ("taxAmount", "totalTaxAmount")


class Reference(NamedTuple):
    """What a record refers to: a party, an account or an item, by its id."""

    kind: str
    path: tuple[str | int, ...]
    id: str


def contradicting_ids(sent: Fields, shown: Fields) -> int:
    """Count what can't be of one record: the party, and the accounts and items of the lines."""
    kinds = contradicting_kinds(sent, shown)
    return ("party" in kinds) + bool(kinds & {"account", "item"})


def contradicting_kinds(
    sent: Fields, shown: Fields, style_of: Callable[[str], str] | None = None
) -> set[str]:
    """Name the kinds of references of which each record has one that the other lacks.

    `style_of` names the style of an id, of which only equal ones are compared; else `id_style`.
    """
    ours, theirs = _ids(sent), _ids(shown)
    return {
        kind
        for kind in ("party", "account", "item")
        if _in_one_style(ours[kind], theirs[kind], style_of or id_style)
        and bool(ours[kind] - theirs[kind])
        and bool(theirs[kind] - ours[kind])
    }


def _in_one_style(ours: set[str], theirs: set[str], style_of: Callable[[str], str]) -> bool:
    """Tell whether ids can be compared; a platform may have another kind of them beside."""
    return not {*map(style_of, ours)}.isdisjoint(map(style_of, theirs))


def id_style(name: str) -> str:
    """Name the style of a folded id."""
    if re.fullmatch("[0-9a-f]{32}", name):
        return "guid"
    return "number" if name.isdigit() else "text"


def references(value: object, path: tuple[str | int, ...] = ()) -> Iterator[Reference]:
    """Give the parties, accounts and items that a record refers to, at any depth."""
    for name, member in _members(value):
        place = (*path, name)
        kind = _KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            yield from references(member, place)
            continue
        holder = _holder(member)
        named = member if holder is None else holder.get("id")
        if isinstance(named, str | int) and folded(str(named)):
            yield Reference(kind, place if holder is None else (*place, "id"), str(named))


def _holder(value: object) -> Fields | None:
    return cast("Fields", value) if isinstance(value, dict) else None


def _ids(record: Fields) -> dict[str, set[str]]:
    """Gather the ids that a record refers to, by their kind."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for reference in references(record):
        found[reference.kind].add(folded(reference.id))
    return found


def _members(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, list):
        return enumerate(cast("list[object]", value))
    return cast("Fields", value).items() if isinstance(value, dict) else ()


def amounts_contradict(sent: Fields, shown: Fields) -> bool:
    """Tell whether nothing that one record comes to is what the other comes to, taxed or not."""
    currencies, others = _currencies(sent), _currencies(shown)
    if currencies and others and not currencies & others:
        return False  # they can't be compared
    slack = 1 + sum(_slack(line) for lines in _line_lists(sent) for line in lines)
    ours = {amount for amount in amounts(sent) if amount}
    theirs = {amount for amount in amounts(shown, with_lines_added=True) if amount}
    return bool(ours and theirs) and all(
        abs(this - that) >= slack for this in ours for that in theirs
    )


def _currencies(record: Fields) -> set[str]:
    lines = [line for lines in _line_lists(record) for line in lines]
    named = [holder.get("currency") for holder in (record, *lines)]
    return {folded(currency) for currency in named if isinstance(currency, str) and currency}


def amounts(record: Fields, *, with_lines_added: bool = False) -> Iterator[Decimal]:
    """Give all that a record may be said to come to, without signs.

    `with_lines_added`: one of the lines may be the platform's own, its tax or its rounding.
    """
    parts = [cast("Fields", member) for member in record.values() if isinstance(member, dict)]
    for holder in (record, *parts):
        known = [number_of(holder.get(name)) for name in _AMOUNTS]
        yield from (abs(amount) for amount in (*known, _untaxed(holder)) if amount is not None)
    for lines in _line_lists(record):
        for added in _ways_to_add(lines):
            total, volume = sum(added, Decimal(0)), sum(map(abs, added), Decimal(0))
            yield from (abs(total), volume)
            for amount in added if with_lines_added else ():
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
