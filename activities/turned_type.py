"""Records that stand as the opposite type: an invoice that the platform made a credit note of."""

from collections.abc import Iterator

from activities.platform_changes import Column, number_of
from activities.record_leaves import Leaves, column_of

_PAIRS = (("reference", "billCreditNoteNumber"), ("invoiceNumber", "creditNoteNumber"))
OPPOSITES = dict(_PAIRS) | {other: this for this, other in _PAIRS}
"""The number of a record by that of the opposite type, which stands in its place."""

_AMOUNTS = frozenset(
    {"unitAmount", "discountAmount", "subTotal", "totalAmount", "amount", "netAmount", "unitPrice"}
)


def stands_as_opposite(sent: Leaves, shown: Leaves) -> bool:
    """Tell whether the platform made another type of it: its number is that of the opposite."""
    return any(
        (this,) in sent and (other,) not in sent and (other,) in shown and (this,) not in shown
        for this, other in OPPOSITES.items()
    )


def all_signs_changed(sent: Leaves, shown: Leaves) -> bool:
    """Tell whether all amounts that both have changed their sign."""
    ours, theirs = set(_signs(sent)), set(_signs(shown))
    common = {column for column, _ in ours} & {column for column, _ in theirs}
    turned = {(column, not is_negative) for column, is_negative in ours if column in common}
    kept = {(column, is_negative) for column, is_negative in theirs if column in common}
    return bool(common) and turned == kept


def _signs(leaves: Leaves) -> Iterator[tuple[Column, bool]]:
    for place, value in leaves.items():
        column = column_of(place)
        number = number_of(value) if column and column[-1] in _AMOUNTS else None
        if number:
            yield column, number < 0
