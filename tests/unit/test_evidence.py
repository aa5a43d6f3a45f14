"""What speaks for and against a record in the books, and which verdict follows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from activities.evidence import CLOCK_MARGIN, judge_record
from tests.support.evidence_records import (
    BOOKS,
    LINE,
    NEXT_MONTH,
    NOT_OURS,
    OTHER_PARTY,
    OURS,
    RENT,
    REQUESTED,
    UNCLEAR,
    context,
    read,
    verdict,
    with_lines,
)

APRIL = "Rent of the workshop, April 2026"


def topics(record, sent=RENT):
    return {each.topic.value for each in judge_record(sent, record, context()).contradictions}


def test_what_came_back_unchanged_with_its_number_is_ours():
    assert OURS is verdict(read())


def test_what_the_books_add_does_not_speak_against():
    added = {"amountDue": 990, "status": "Submitted", "totalTaxAmount": 0, "currencyRate": 1}

    assert OURS is verdict(read(**added))


def test_the_order_of_lines_does_not_matter():
    assert OURS is verdict(read(lineItems=RENT["lineItems"][::-1]))


@pytest.mark.parametrize("record", [None, {}, [], "text", 7])
def test_a_record_that_was_not_found_proves_nothing(record):
    assert UNCLEAR is verdict(record)


REWRITTEN = {
    "number": {"invoiceNumber": "00017"},
    "due date": {"dueDate": "2026-04-14T00:00:00"},
    "totals and tax": {"subTotal": 960, "totalTaxAmount": 192, "totalAmount": 1152, "note": ""},
    "signs": with_lines(unitAmount=-1),
    "texts cut": with_lines(description="Rent of"),
    "next day": {"issueDate": "2026-02-28T23:00:00Z"},
    "joined lines": {"lineItems": [LINE | {"description": "Rent", "unitAmount": 960}]},
}


@pytest.mark.parametrize("change", REWRITTEN.values(), ids=REWRITTEN)
def test_what_a_platform_changes_is_neither(change):
    assert UNCLEAR is verdict(read(**change))


HARD = {
    "party": OTHER_PARTY,
    "issue date": NEXT_MONTH,
    "amount": with_lines(unitAmount=7000),
    "account": with_lines(accountRef={"id": "account-9"}),
    "text": {"note": "Delivered by hand"},
    "number of lines": {"lineItems": RENT["lineItems"] + [LINE | {"unitAmount": 0}] * 9},
}


@pytest.mark.parametrize("topic", HARD)
def test_one_fact_that_contradicts_proves_nothing(topic):
    assert UNCLEAR is verdict(read(**HARD[topic]))
    assert topic in topics(read(**HARD[topic]))


@pytest.mark.parametrize("one", HARD)
@pytest.mark.parametrize("other", ["party", "issue date", "text"])
def test_two_independent_contradictions_show_another(one, other):
    expected = UNCLEAR if one == other else NOT_OURS

    assert expected is verdict(read(**HARD[one] | HARD[other]))


def test_the_amount_and_the_account_of_a_line_are_two_facts():
    changed = with_lines(unitAmount=7000, accountRef={"id": "account-9"})

    assert NOT_OURS is verdict(read(**changed))


def test_last_months_rent_differs_in_date_and_text():
    april = [LINE | {"description": APRIL}, RENT["lineItems"][1]]

    assert {"issue date", "text"} == topics(read(**NEXT_MONTH, lineItems=april))
    assert NOT_OURS is verdict(read(**NEXT_MONTH, lineItems=april))


def test_two_amounts_of_one_line_are_one_fact():
    assert UNCLEAR is verdict(read(**with_lines(unitAmount=7000, quantity=40)))


def test_who_pays_for_a_line_is_not_the_party():
    ours, theirs = ({"customerRef": {"id": f"customer-{n}"}} for n in (21, 22))
    sent = RENT | {"lineItems": [LINE | {"tracking": ours}]}

    assert set() == topics(read(lineItems=[LINE | {"tracking": theirs}]), sent)


def test_a_note_and_a_line_text_are_one_fact():
    changed = read(**with_lines(description="Sugar"), note="Delivered by hand")

    assert {"text"} == topics(changed)
    assert UNCLEAR is verdict(changed)


def test_a_bundle_that_was_written_out_is_one_fact():
    sent = RENT | {"lineItems": [LINE | {"itemRef": {"id": "bundle-1"}}]}
    part = {"unitAmount": Decimal("840.50"), "quantity": 1, "description": "Part"}
    parts = [part | {"itemRef": {"id": f"item-{n}"}, "accountRef": {"id": "x"}} for n in range(9)]
    shown = [parts[0], *(each | {"unitAmount": 0} for each in parts[1:])]

    assert {"items"} == topics(read(lineItems=shown), sent)
    assert UNCLEAR is verdict(read(lineItems=shown), sent)


def test_a_line_without_an_account_may_be_ours():
    tax = {"unitAmount": 190, "quantity": 1, "accountRef": {"id": "tax"}, "description": "Tax"}
    bare = [{"unitAmount": Decimal("840.50")}, {"unitAmount": 120}]

    assert set() == topics(read(lineItems=[*bare, tax]))


@pytest.mark.parametrize("added", ["VAT", "Cleaning"])
def test_a_text_may_be_joined_or_beside_the_platforms_own(added):
    joined = [LINE | {"description": f"{LINE['description']}; Cleaning"}]

    assert set() == topics(read(lineItems=[*joined, RENT["lineItems"][1] | {"description": added}]))


def test_joined_lines_beside_the_platforms_own_say_nothing():
    tax = LINE | {"description": "VAT", "unitAmount": 192, "accountRef": {"id": "tax"}}

    assert "text" not in topics(read(lineItems=[LINE | {"unitAmount": 960}, tax]))


@pytest.mark.parametrize(("lines", "is_within"), [(3, True), (9, True), (10, False)])
def test_lines_are_split_within_reason(lines, is_within):
    parts = [LINE | {"unitAmount": 0}] * (lines - 2)

    assert is_within == (set() == topics(read(lineItems=RENT["lineItems"] + parts)))


@pytest.mark.parametrize(
    ("shown", "is_within"),
    [("2026-02-28", True), ("2026-03-02T23:59:00Z", True), ("2026-02-27T23:00:00Z", False)],
)
def test_a_date_moves_by_a_day_where_a_zone_is_lost(shown, is_within):
    assert is_within == (set() == topics(read(issueDate=shown)))


def test_a_date_that_is_not_set_says_nothing():
    assert set() == topics(read(issueDate="0001-01-01T00:00:00"))


def test_allocated_payments_say_nothing():
    ours, theirs = ({"payment": {"accountRef": {"id": f"bank-{n}"}}} for n in (1, 2))
    sent = {"paymentAllocations": [ours], "accountRef": None}

    assert set() == topics(BOOKS | {"paymentAllocations": [theirs]}, sent)


def test_amounts_with_and_without_tax_are_one():
    sent = {"lineItems": [{"totalAmount": 120, "taxAmount": 20}]}

    assert set() == topics(BOOKS | {"lineItems": [{"unitAmount": 100}]}, sent)


def test_a_discount_may_change_all_amounts():
    sent = {"lineItems": [{"unitAmount": 100, "quantity": 2, "discountPercentage": 10}]}

    assert set() == topics(BOOKS | {"lineItems": [{"unitAmount": 90, "quantity": 2}]}, sent)


@pytest.mark.parametrize(("name", "other"), [("emailAddress", "b@x.example"), ("phone", "0999111")])
def test_a_party_differs_in_its_name_and_another_field(name, other):
    sent = {"supplierName": "Mill and Sons", "emailAddress": "a@x.example", "phone": "0155777"}

    assert UNCLEAR is verdict(sent | BOOKS | {"supplierName": "Bakery"}, sent)
    assert NOT_OURS is verdict(sent | BOOKS | {"supplierName": "Bakery", name: other}, sent)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"phone": "020 7946 0000"}, {"phone": "+44 20 7946 0000"}),
        ({"accountNumber": "12345678"}, {"accountNumber": "****5678"}),
        ({"taxNumber": "GB 1234"}, {"taxNumber": "1234"}),
        ({"supplierName": "Müller & Söhne"}, {"supplierName": "MÃ¼ller & SÃ¶hne"}),
        ({"supplierName": "John Mill"}, {"supplierName": "Mill, John"}),
        ({"supplierName": "Mill"}, {"supplierName": "Mill (supplier)"}),
    ],
)
def test_one_number_or_name_is_written_in_many_ways(sent, shown):
    assert set() == topics(BOOKS | shown, sent)


def test_facts_are_told_in_words_with_their_place():
    evidence = judge_record(RENT, read(**OTHER_PARTY), context())
    (against,) = evidence.contradictions

    assert "/customerRef/id" == against.pointer
    assert "The party sent is 'customer-7', the books have 'customer-8'." == against.sentence
    assert "/issueDate" in {each.pointer for each in evidence.reasons}


def test_long_values_are_shortened():
    changed = read(note=f"Delivered by {'hand ' * 50}")
    (against,) = judge_record(RENT, changed, context()).contradictions

    assert len(against.sentence) < 150


def test_records_too_large_to_compare_are_unclear():
    deep = []
    for _ in range(200):
        deep = [deep]

    assert UNCLEAR is verdict(read(note=deep))
    assert UNCLEAR is verdict(read(), RENT | {"more": list(range(100_001))})


def test_a_reading_is_late_enough_within_no_margin():
    over = REQUESTED + timedelta(minutes=9)

    assert OURS is verdict(read(), refresh_began=over, operation_over=over)
    assert UNCLEAR is verdict(read(), refresh_began=over - CLOCK_MARGIN, operation_over=over)
