"""Is what a platform echoes the record that was sent? Never a false yes, never a false no."""

import copy
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.matching import Match, compare
from codat.models import DATA_TYPES
from emulator.examples import record

BILL = {
    "reference": "B-1",
    "issueDate": "2026-11-22T00:00:00+02:00",
    "dueDate": "2026-12-22T00:00:00+02:00",
    "supplierRef": {"id": "supplier-1"},
    "lineItems": [
        {"description": "Flour", "unitAmount": Decimal("1.2345"), "quantity": 3, "paid": True},
        {"description": "Salt", "unitAmount": Decimal("20.5"), "quantity": 7, "paid": False},
    ],
    "totalAmount": Decimal("147.2035"),
    "note": None,
}


def bill(**changes):
    return copy.deepcopy(BILL) | changes


def lines(change):
    changed = bill()
    for line in changed["lineItems"]:
        change(line)
    return changed


def test_what_came_back_as_it_was_sent_is_equal():
    assert Match.EQUAL is compare(BILL, bill())


def test_what_the_platform_added_does_not_matter():
    assert Match.EQUAL is compare(BILL, bill(id="7", modifiedDate="2026-11-22", note="seen"))


@pytest.mark.parametrize("echo", [None, {}, [], "text", 7])
def test_no_echo_is_unclear(echo):
    assert Match.UNCLEAR is compare(BILL, echo)


def test_an_empty_record_equals_nothing():
    assert Match.UNCLEAR is compare({}, bill())


@pytest.mark.parametrize("left_out", [name for name, value in BILL.items() if value is not None])
def test_what_came_back_in_part_is_unclear(left_out):
    echo = {name: value for name, value in BILL.items() if name != left_out}

    assert Match.UNCLEAR is compare(BILL, echo)


REWRITTEN = {
    "dates in another zone": bill(issueDate="2026-11-21T22:00:00Z", dueDate="2026-12-21T22:00:00Z"),
    "dates without a time": bill(issueDate="2026-11-22", dueDate="2026-12-22"),
    "lines in another order": bill(lineItems=BILL["lineItems"][::-1]),
    "lines joined": bill(lineItems=BILL["lineItems"][:1]),
    "whole numbers": lines(lambda line: line.update(unitAmount=round(line["unitAmount"]))),
    "texts cut": lines(lambda line: line.update(description=line["description"][:2])),
    "texts in capitals": lines(lambda line: line.update(description=line["description"].upper())),
    "texts emptied": bill(reference="", supplierRef={"id": ""}),
    "numbers as text": lines(lambda line: line.update(quantity=str(line["quantity"]))),
    "a number of its own": bill(reference="2026/000017"),
}


@pytest.mark.parametrize("echo", REWRITTEN.values(), ids=REWRITTEN)
def test_what_a_platform_rewrites_is_still_not_called_another_record(echo):
    assert Match.UNCLEAR is compare(BILL, echo)


def test_two_values_that_no_platform_makes_show_another_record():
    assert Match.DIFFERENT is compare(BILL, bill(reference="X-9", supplierRef={"id": "other"}))


def test_other_lines_show_another_record():
    other = [{"description": "Nails", "unitAmount": 70, "quantity": 900}]

    assert Match.DIFFERENT is compare(BILL, bill(lineItems=other))


@pytest.mark.parametrize(("one", "other"), [(True, 1), (False, 0), ("1", 1), (0, None)])
def test_kinds_of_values_are_not_mixed_up(one, other):
    assert Match.EQUAL is not compare({"a": one}, {"a": other})


def test_equal_numbers_may_be_written_differently():
    assert Match.EQUAL is compare({"a": Decimal("21.0"), "b": 3}, {"a": 21, "b": Decimal("3.00")})


@pytest.mark.parametrize("data_type", sorted(DATA_TYPES))
def test_records_of_every_data_type_equal_themselves(data_type):
    one = record(data_type, number="17")

    assert Match.EQUAL is compare(one, one)


leaves = st.one_of(
    st.text(max_size=5), st.integers(-99, 99), st.booleans(), st.decimals(-9, 9, places=3)
)
rows = st.dictionaries(st.sampled_from("abcde"), leaves, min_size=1)
records = st.dictionaries(
    st.sampled_from("vwxyz"), st.one_of(leaves, rows, st.lists(rows)), min_size=1
)


@given(records, st.randoms())
def test_sorted_rounded_and_cut_is_never_called_another_record(sent, chance):
    assert Match.DIFFERENT is not compare(sent, _mangled(sent, chance))


@given(records, records)
def test_another_record_is_never_called_equal(sent, other):
    is_within = _within(sent, other)

    assert is_within or compare(sent, other) is not Match.EQUAL


def _mangled(value, chance: random.Random):
    match value:
        case dict():
            return {name: _mangled(each, chance) for name, each in value.items()}
        case list():
            return chance.sample([_mangled(each, chance) for each in value], len(value))
        case str():
            return value[: chance.randrange(len(value) + 1)]
        case Decimal():
            return round(value, chance.randrange(4))
        case _:
            return value


def _within(sent, other) -> bool:
    match sent, other:
        case dict(), dict():
            return all(_within(value, other.get(name)) for name, value in sent.items())
        case list(), list():
            pairs = zip(sent, other, strict=False)
            return len(sent) <= len(other) and all(_within(*pair) for pair in pairs)
        case _:
            return (
                (type(sent) is type(other) and sent == other)
                or _empty(sent)
                or _number(sent, other)
            )


def _empty(value) -> bool:
    return value in ([], {}) and not isinstance(value, bool)


def _number(one, other) -> bool:
    kinds = int | Decimal
    plain = isinstance(one, kinds) and isinstance(other, kinds)
    return plain and not isinstance(one, bool) and not isinstance(other, bool) and one == other


def test_thousands_of_other_lines_are_not_told_apart():
    assert Match.UNCLEAR == compare(
        {"lines": list(range(30_000))}, {"lines": list(range(40_000, 70_000))}
    )
