"""What a platform may make of a record before it shows it: which fields it changes, and how."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from string import ascii_lowercase

Column = tuple[str, ...]
"""The names on the way to a value, without the places in lists."""

NUMBERS = frozenset(
    {"reference", "invoiceNumber", "creditNoteNumber", "billCreditNoteNumber", "code"}
    | {"purchaseOrderNumber", "nominalCode", "journalCode"}
)
"""The record's own number, which some platforms replace by the next of theirs."""

_ITS_OWN = frozenset(
    {"dueDate", "subTotal", "amountDue", "remainingCredit", "balance", "currentBalance"}
    | {"modifiedDate", "sourceModifiedDate"}
)
_MIN_LETTERS = 4
"""Letters that a number or a name of its own has at least; a shorter one is a coincidence."""

_MAX_DIGITS = 30
_A_DAY = timedelta(days=1)
_LETTERS_FOR_ONE = 3
"""So many letters may stand for one that the platform does not have."""


def is_its_own(column: Column) -> bool:
    """Tell whether a platform may fill this field as it likes: number, tax, totals, terms."""
    name = column[-1]
    if len(column) == 1 and (name in NUMBERS or name == "id"):
        return True
    if len(column) > 1 and column[-2].endswith("Ref") and name != "id":
        return True  # the name of what is referred to
    is_tax = any("tax" in part.lower() and part != "taxNumber" for part in column)
    is_total = name in _ITS_OWN or name.startswith("total")
    return is_tax or is_total or name.endswith(("Rate", "tatus"))


def is_distinctive(text: str, *, is_name: bool) -> bool:
    """Tell whether a record's own number or name is long enough to tell it from others."""
    return len(folded(text)) >= _MIN_LETTERS and (is_name or bool(re.search(r"\d", text)))


def number_of(value: object) -> Decimal | None:
    """Read a number, also from text; None where it is none, or absurdly long."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return None
    return number


def is_same(value: object, other: object) -> bool:
    """Tell whether two values are equal; numbers may be written differently."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return _exact(value) == _exact(other)
    return value == other


def may_become(sent: object, shown: object, *, turned: bool = False) -> bool:
    """Tell whether a platform may show this for that: cut, rounded, in letters that it has.

    `turned`: its type may be another, so that amounts changed their sign, and days may be shifted.
    """
    if is_same(sent, shown):
        return True
    if isinstance(sent, str) and isinstance(shown, str):
        return _is_one_text(sent, shown) or _is_one_moment(sent, shown, within=turned * _A_DAY)
    number, other = number_of(sent), number_of(shown)
    if number is None or other is None:
        return False
    return _is_rounded(*((abs(number), abs(other)) if turned else (number, other)))


def folded(text: str) -> str:
    """Leave only letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _exact(number: float | Decimal) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def _is_rounded(sent: Decimal, shown: Decimal) -> bool:
    exponent = shown.normalize().as_tuple().exponent
    places = min(exponent, 0) if isinstance(exponent, int) else 0
    return abs(sent - shown) < Decimal(1).scaleb(places)


def _is_one_text(sent: str, shown: str) -> bool:
    """Tell whether it was trimmed, cut, or written without the letters that are missing there."""
    return any(_follows(form(sent), form(shown)) for form in (folded, _plain, _as_written))


def _plain(text: str) -> str:
    return folded(unicodedata.normalize("NFKD", text))


def _as_written(text: str) -> str:
    """Leave letters beyond ASCII as they are: some have two in lower case."""
    return "".join(
        letter.lower() if letter.isascii() else letter for letter in text if letter.isalnum()
    )


def _follows(sent: str, shown: str) -> bool:
    place = 0
    for missing, part in _parts(sent, frozenset(shown)):
        rest = shown[place:]
        letters = len(rest) - len(rest.lstrip(ascii_lowercase))
        most = min(missing * _LETTERS_FOR_ONE, letters)
        found = rest.find(part, 0, most + len(part))
        if found < 0 or not part:
            return any(part.startswith(rest[gap:]) for gap in range(most + 1))
        place += found + len(part)
    return True


def _parts(sent: str, has: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Split at letters that are missing there and not in everybody's alphabet; count these.

    The last part is empty: where it is looked for, all of the text should have been found.
    """
    missing, part = 0, ""
    for letter in sent:
        if letter.isascii() or letter in has:
            part += letter
            continue
        if part:
            yield missing, part
            missing, part = 0, ""
        missing += 1
    if part:
        yield missing, part
        missing = 0
    yield missing, ""


def _is_one_moment(sent: str, shown: str, within: timedelta) -> bool:
    """Tell whether these may be one moment, in whatever zones the two were written."""
    try:
        moment, other = (datetime.fromisoformat(text) for text in (sent, shown))
        if moment.tzinfo and other.tzinfo and moment == other:
            return True
        moment, other = (zoned.replace(tzinfo=None) for zoned in (moment, other))
        return moment.date() == other.date() or abs(moment - other) <= within
    except (ValueError, OverflowError):
        return False
