"""The facts that no platform changes in a record, compared one by one.

Whom it names, the accounts and items, what it comes to without its sign, the issue date within a
day, texts that survived, the number of lines within reason. A fact that is missing says nothing.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import cast

from activities.observations import Observation, Path, Topic, agrees, contradicts
from activities.platform_changes import number_of
from activities.record_age import DATES, moment_of
from activities.record_facts import (
    OF_OTHERS,
    Fields,
    Reference,
    amounts,
    amounts_contradict,
    contradicting_kinds,
    id_style,
    references,
)
from activities.record_texts import text_observations

_TOTALS = ("totalAmount", "subTotal", "lineItems", "journalLines", "lines", "from")
_LIST_ID = re.compile("[0-9a-f]{8}1[0-9]{9}")
"""An id of QuickBooks Desktop, folded; some of them look like a number, some like a text."""

_GROSS_AND_NET = ("totalAmount", "subTotal")
_DISCOUNTS = ("discountPercentage", "discountAmount", "totalDiscount")
_DAYS_APART = timedelta(days=1)
"""A date moves by one day at most when a zone is lost."""

_LINES_OF_ONE, _LINES_MORE = 3, 3
"""A line may become its net, tax and discount; more are the document's own tax and rounding."""


def observe(sent: Fields, read: Fields) -> list[Observation]:
    """Compare a record in the books with the one that was sent, fact by fact."""
    sent, read = (
        {name: value for name, value in record.items() if name not in OF_OTHERS}
        for record in (sent, read)
    )
    has_items = any(found.kind == "item" for each in (sent, read) for found in references(each))
    return [
        *_party_observations(sent, read),
        *_posting_observations(sent, read, has_items=has_items),
        *_amount_observations(sent, read),
        *_date_observations(sent, read),
        *text_observations(sent, read, of_lines=Topic.ITEMS if has_items else Topic.TEXT),
        *_line_observations(sent, read, Topic.ITEMS if has_items else Topic.LINES),
    ]


def _party_observations(sent: Fields, read: Fields) -> Iterator[Observation]:
    """Compare whom the records are with; a customer in a line only says who pays for it."""
    sent, read = (
        {name: value for name, value in record.items() if not isinstance(value, list)}
        for record in (sent, read)
    )
    yield from _compared("party", Topic.PARTY, sent, read)


def _posting_observations(sent: Fields, read: Fields, *, has_items: bool) -> Iterator[Observation]:
    for kind in ("account", "item"):
        topic = Topic.ITEMS if has_items else Topic.ACCOUNT
        for observation in _compared(kind, topic, sent, read):
            if observation.speaks_for or _is_complete(kind, sent, read):
                yield observation


def _compared(kind: str, topic: Topic, sent: Fields, read: Fields) -> Iterator[Observation]:
    ours, named = _of_kind(kind, sent), {reference.id for reference in _of_kind(kind, read)}
    if ours and {reference.id for reference in ours} <= named:
        yield agrees(topic, ours[0].path, ours[0].id)
    elif kind in contradicting_kinds(sent, read, _style):
        first = next(reference for reference in ours if reference.id not in named)
        yield contradicts(topic, first.path, first.id, ", ".join(sorted(named)))


def _of_kind(kind: str, record: Fields) -> list[Reference]:
    return [reference for reference in references(record) if reference.kind == kind]


def _style(name: str) -> str:
    return "QuickBooks Desktop" if _LIST_ID.fullmatch(name) else id_style(name)


def _is_complete(kind: str, sent: Fields, read: Fields) -> bool:
    """Tell whether no line in the books lacks its account or item; one that does may be ours."""
    lists = {
        str(reference.path[0])
        for reference in _of_kind(kind, sent)
        if isinstance(sent.get(str(reference.path[0])), list)
    }
    return all(_lacking(read, name) <= _lacking(sent, name) for name in lists)


def _lacking(record: Fields, name: str) -> int:
    return sum(not any(references(line)) for line in _lines(record.get(name)))


def _lines(value: object) -> list[Fields]:
    rows = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Fields", row) for row in rows if isinstance(row, dict)]


def _amount_observations(sent: Fields, read: Fields) -> Iterator[Observation]:
    sent, read = _with_both_sums(sent), _with_both_sums(read)
    ours, theirs = (_sums(record) for record in (sent, read))
    path: Path = next(((name,) for name in _TOTALS if sent.get(name)), ())
    if ours & theirs:
        yield agrees(Topic.AMOUNT, path, max(ours & theirs))
    elif amounts_contradict(sent, read) and not _is_discounted(sent):
        yield contradicts(Topic.AMOUNT, path, max(ours), max(theirs))


def _sums(record: Fields) -> set[Decimal]:
    return {amount for amount in amounts(record) if amount}


def _with_both_sums(record: Fields) -> Fields:
    """Give the record with what each line comes to with its tax and without."""
    return {
        name: [*map(_with_both, lines)] if (lines := _lines(value)) else value
        for name, value in record.items()
    }


def _with_both(line: Fields) -> Fields:
    tax, gross, net = (number_of(line.get(name)) for name in ("taxAmount", *_GROSS_AND_NET))
    added = {"netAmount": gross - tax} if gross is not None and tax is not None else {}
    if net is not None and tax is not None:
        added["amount"] = net + tax
    return {**line, **added}


def _is_discounted(record: Fields) -> bool:
    """Tell whether a discount is taken off, after which the amounts may be others."""
    holders = [record, *(row for value in record.values() for row in _lines(value))]
    return any(number_of(holder.get(name)) for holder in holders for name in _DISCOUNTS)


def _date_observations(sent: Fields, read: Fields) -> Iterator[Observation]:
    for name in DATES:
        ours, theirs = moment_of(sent.get(name)), moment_of(read.get(name))
        if not ours or not theirs:
            continue
        apart = abs(ours.date() - theirs.date())
        if apart > _DAYS_APART:
            yield contradicts(Topic.DATE, (name,), ours.date(), theirs.date())
        elif not apart:
            yield agrees(Topic.DATE, (name,), ours.date())


def _line_observations(sent: Fields, read: Fields, topic: Topic) -> Iterator[Observation]:
    for name, value in sent.items():
        ours, theirs = len(_lines(value)), len(_lines(read.get(name)))
        if ours and ours == theirs:
            yield agrees(topic, (name,), f"{ours} lines")
        elif ours and theirs > _LINES_OF_ONE * ours + _LINES_MORE:
            yield contradicts(topic, (name,), f"{ours} lines", f"{theirs} lines")
