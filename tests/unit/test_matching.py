"""Is what a platform echoes the record that was sent? Never a false yes, never a false no."""

import copy
from decimal import Decimal

import pytest

from activities.matching import Match, OtherRecords, compare, fits
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


ACCOUNT = {"nominalCode": "4010", "name": "Account 86", "description": "What the shop takes, 4010"}
RENUMBERED = {"nominalCode": "00022", "description": "What the shop takes, 40"}


def test_a_renumbered_account_is_known_by_its_name():
    assert Match.EQUAL is compare(ACCOUNT, ACCOUNT | RENUMBERED)


def test_an_account_of_another_name_is_unclear():
    assert Match.UNCLEAR is compare(ACCOUNT | {"name": "Account 87"}, ACCOUNT | RENUMBERED)


def test_a_thing_that_is_no_account_is_not_known_by_its_name():
    thing = {name: value for name, value in ACCOUNT.items() if name != "nominalCode"}

    assert Match.UNCLEAR is compare(thing, thing | {"description": "What the shop takes, 40"})


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
def test_a_rewritten_record_is_unclear_and_not_another(echo):
    assert Match.UNCLEAR is compare(BILL, echo)


NAILS = [{"description": "Nails", "unitAmount": 70, "quantity": 900}]
HARD = {
    "another supplier": {"supplierRef": {"id": "other"}},
    "other amounts": {"lineItems": NAILS, "totalAmount": 63000},
    "another account": {"lineItems": [NAILS[0] | {"accountRef": {"id": "account-2"}}]},
}


def with_accounts():
    rows = [row | {"accountRef": {"id": "account-1"}} for row in BILL["lineItems"]]
    return bill(lineItems=rows)


@pytest.mark.parametrize("fact", HARD)
def test_one_fact_alone_does_not_show_another_record(fact):
    assert Match.UNCLEAR is compare(with_accounts(), with_accounts() | HARD[fact])


@pytest.mark.parametrize("other", list(HARD)[1:])
def test_another_supplier_and_one_more_fact_show_another_record(other):
    changed = HARD["another supplier"] | HARD[other]

    assert Match.DIFFERENT is compare(with_accounts(), with_accounts() | changed)


def test_fields_that_a_platform_fills_never_show_another_record():
    own = {"reference": "X-9", "dueDate": "2027-01-01", "note": "-", "taxAmount": 7, "status": "No"}

    assert Match.UNCLEAR is compare(BILL, bill(**own))


@pytest.mark.parametrize("ids", [("7", "supplier-1"), ("0d" * 16, "17")])
def test_ids_of_another_kind_cannot_be_compared(ids):
    sent, shown = ({"supplierRef": {"id": one}, "amount": 7} for one in ids)

    assert Match.UNCLEAR is compare(sent, shown | {"amount": 900})


def test_amounts_of_another_currency_cannot_be_compared():
    sent = {"supplierRef": {"id": "supplier-1"}, "amount": 7, "currency": "GBP"}
    shown = {"supplierRef": {"id": "supplier-2"}, "amount": 900, "currency": "EUR"}

    assert Match.UNCLEAR is compare(sent, shown)


NUMBERED = bill(reference="B-10012", note="Rent", lineItems=[BILL["lineItems"][0]])
ORDERED = NUMBERED | {
    "reference": "B-1",
    "lineItems": [BILL["lineItems"][0] | {"description": "Order PO-48213"}],
}
FEE = {"description": "Fee", "unitAmount": 2, "quantity": 1, "paid": True}


@pytest.mark.parametrize("sent", [NUMBERED, ORDERED], ids=["its number", "an id in its text"])
def test_what_was_rewritten_is_known_again_by(sent):
    shown = sent | {"dueDate": "2027-01-01", "totalAmount": 9, "taxAmount": 5.3, "note": "Re"}

    assert Match.EQUAL is compare(sent, shown | {"totalAmount": 147})


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "17"},
        {"supplierRef": {"id": "supplier-2"}},
        {"totalAmount": 900, "lineItems": NAILS},
        {"note": "Rental"},
        {"note": None},
        {"note": ""},
        {"lineItems": [BILL["lineItems"][0] | {"quantity": 4}]},
    ],
)
def test_its_number_is_not_enough_where_more_has_changed(change):
    assert Match.UNCLEAR is compare(NUMBERED, NUMBERED | {"dueDate": "2027-01-01"} | change)


def turned(sent):
    (row,) = sent["lineItems"]
    return sent | {"lineItems": [row | {"unitAmount": -row["unitAmount"]}]}


@pytest.mark.parametrize(
    "change",
    [turned, lambda sent: sent | {"lineItems": [*sent["lineItems"], FEE]}, lambda sent: sent
     | {"issueDate": "2026-11-23T00:00:00+02:00"}],
    ids=["another sign", "one more line", "the next day"],
)  # fmt: skip
def test_an_order_has_more_than_one_bill(change):
    assert Match.EQUAL is compare(NUMBERED, change(NUMBERED))
    assert Match.UNCLEAR is compare(ORDERED, change(ORDERED | {"reference": "00017"}))


def as_credit_note(sent):
    shown = {name: value for name, value in sent.items() if name != "reference"}
    return shown | {"billCreditNoteNumber": "00017"}


def test_signs_turn_with_the_type_or_tell_nothing():
    sent = {**ORDERED}
    del sent["totalAmount"]

    assert Match.EQUAL is compare(sent, as_credit_note(turned(sent)))
    assert Match.UNCLEAR is compare(sent, as_credit_note(sent))


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("Order PO-48213.", True),
        ("M00012x", True),
        ("INV-2026-0019", True),
        ("Rent 2026", False),
        ("Rent 11/2026", False),
        ("Rent of 2026-11-22", False),
        ("22.11.2026", False),
        ("20261122", False),
        ("£1,234.50", False),
        ("25 kg of flour", False),
        ("Flat 117", False),
    ],
)
def test_an_id_has_four_digits_that_are_no_date_and_no_amount(text, is_id):
    sent = {"description": text, "dueDate": "2026-11-22"}

    assert is_id == (compare(sent, sent | {"dueDate": "2027-01-01"}) is Match.EQUAL)


def test_many_lines_that_were_sorted_are_known_again():
    rows = [{"description": f"Order {n:05d}", "unitAmount": n, "quantity": 1} for n in range(3000)]
    sent = bill(reference="B-10012", lineItems=rows)

    assert Match.EQUAL is compare(sent, sent | {"lineItems": rows[::-1]})


def test_a_record_with_one_more_line_is_not_equal():
    sent = {"supplierRef": {"id": "supplier-1"}, "lineItems": BILL["lineItems"]}

    assert Match.UNCLEAR is compare(sent, sent | {"lineItems": [*BILL["lineItems"], FEE]})


def test_what_may_be_ours_is_not_called_anothers():
    rented = {"description": "Rent of flat 117"}

    assert OtherRecords([rented]).include(rented, {"description": "Flour"})
    assert not OtherRecords([rented]).include(rented, {"description": "Rent of flat 117, June"})
    assert not OtherRecords([rented]).include(rented, {"supplierName": "Mill"})
    assert not OtherRecords([bill(), rented]).include({"description": "Rent"}, bill())


@pytest.mark.parametrize("record", [None, 7, "text", [], ["description"], {}])
def test_records_of_any_shape_are_survived(record):
    assert not OtherRecords([record]).include(bill(), record)
    assert not OtherRecords([record, bill()]).include(record, bill())
    assert not fits(record, bill())
    assert Match.UNCLEAR is compare(record, bill())


@pytest.mark.parametrize(("one", "other"), [(True, 1), (False, 0), ("1", 1), (0, None)])
def test_kinds_of_values_are_not_mixed_up(one, other):
    assert Match.EQUAL is not compare({"a": one}, {"a": other})


def test_equal_numbers_may_be_written_differently():
    assert Match.EQUAL is compare({"a": Decimal("21.0"), "b": 3}, {"a": 21, "b": Decimal("3.00")})


@pytest.mark.parametrize("data_type", sorted(DATA_TYPES))
def test_records_of_every_data_type_equal_themselves(data_type):
    one = record(data_type, number="17")

    assert Match.EQUAL is compare(one, one)


def test_thousands_of_other_lines_are_not_told_apart():
    assert Match.UNCLEAR == compare(
        {"lines": list(range(30_000))}, {"lines": list(range(40_000, 70_000))}
    )


def test_another_months_bill_that_is_shown_whole_is_anothers():
    january, february = (bill() | {"issueDate": f"2026-0{month}-15"} for month in (1, 2))

    assert OtherRecords([february]).include(february, january)
    assert not OtherRecords([february]).include(january, january)
    assert not OtherRecords([january]).include(february, january)
