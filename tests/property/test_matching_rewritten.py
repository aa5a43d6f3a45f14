"""Whatever a platform may make of a record is not called another, and another's not ours."""

import copy
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from activities.matching import Match, OtherRecords, compare, fits
from bench.chaos.items import DATA_TYPES as CHAOS_TYPES
from bench.chaos.records import unique_record
from codat.models import DATA_TYPES
from emulator.examples import record
from emulator.rewrites import WAYS, rewritten

DOCUMENTS = ("bills", "invoices", "creditNotes", "billCreditNotes", "purchaseOrders")
NUMBER = {
    "bills": "reference",
    "invoices": "invoiceNumber",
    "creditNotes": "creditNoteNumber",
    "billCreditNotes": "billCreditNoteNumber",
    "purchaseOrders": "purchaseOrderNumber",
}

texts = st.text(max_size=40) | st.sampled_from(
    ["Flour for order PO-48213", " Müller & Söhne ", "Мельница 17", "Rent, November 2026"]
)
amounts = st.decimals("-9999", "9999", places=4) | st.integers(1, 500)
quantities = st.decimals("0.001", "999", places=3) | st.integers(1, 20)
ways = st.sets(st.sampled_from(sorted(WAYS)))
lines = st.fixed_dictionaries(
    {"unitAmount": amounts, "quantity": quantities},
    optional={
        "description": texts,
        "accountRef": st.fixed_dictionaries({"id": st.sampled_from(["account-1", "account-2"])}),
        "itemRef": st.fixed_dictionaries({"id": st.sampled_from(["item-1", "item-2"])}),
        "taxAmount": amounts,
    },
)
parties = st.sampled_from(["supplier-1", "80000001-1671793885", "7110701885"])


@st.composite
def sent_records(draw):
    """A record of any type; a document gets lines, a party and texts of its own."""
    data_type = draw(st.sampled_from(sorted(DATA_TYPES)))
    made = copy.deepcopy(record(data_type, number=draw(texts)))
    if data_type in DOCUMENTS:
        made["lineItems"] = draw(st.lists(lines, min_size=1, max_size=4))
        for name in draw(st.sets(st.sampled_from(["subTotal", "totalAmount", "dueDate"]))):
            del made[name]
    for name, value in made.items():
        if name.endswith("Ref") and isinstance(value, dict):
            value["id"] = draw(parties)
    return made | draw(st.fixed_dictionaries({}, optional={"note": texts}))


@given(sent_records(), ways, st.data())
def test_a_rewritten_record_is_never_called_another(sent, chosen, data):
    shown = rewritten(sent, chosen, "00017")
    for change in data.draw(st.lists(st.sampled_from(MORE_WAYS), max_size=3)):
        change(shown)

    assert Match.DIFFERENT is not compare(sent, shown)


@given(sent_records(), ways)
def test_what_a_platform_makes_of_a_record_fits_it(sent, chosen):
    assert fits(sent, rewritten(sent, chosen, "00017"))


def split(shown):
    """Write the first line as two."""
    if not shown.get("lineItems"):
        return
    first, *others = shown["lineItems"]
    share = {"quantity": Decimal(str(first["quantity"])) / 2}
    shown["lineItems"] = [{**first, **share}, {**first, **share}, *others]


def join(shown):
    """Write all lines of an account as one amount."""
    rows = shown.get("lineItems", [])
    if len({str(row.get("accountRef")) for row in rows}) == 1:
        total = sum(Decimal(str(row["unitAmount"])) * Decimal(str(row["quantity"])) for row in rows)
        shown["lineItems"] = [{**rows[0], "unitAmount": total, "quantity": 1}]


def add_a_tax_line(shown):
    """Write the tax as a line of its own, on an account of its own."""
    if shown.get("lineItems"):
        tax = {"unitAmount": Decimal("4.2"), "quantity": 1, "accountRef": {"id": "vat"}}
        shown["lineItems"] = [*shown["lineItems"], tax]


def leave_texts_out(shown):
    for name in [name for name, value in shown.items() if isinstance(value, str)]:
        del shown[name]


def turn_lines(shown):
    """Change the sign of each line, though the number stays where it was."""
    for row in shown.get("lineItems", []):
        row["unitAmount"] = -row["unitAmount"]


MORE_WAYS = [split, join, add_a_tax_line, leave_texts_out, turn_lines]


def document(data_type, *, party="supplier-1", account="account-1", price=10, **more):
    made = record(data_type, number="-10012")
    line = {"description": "Flour", "unitAmount": price, "quantity": 2}
    name = "supplierRef" if "supplierRef" in made else "customerRef"
    totals = {"subTotal": 2 * price, "totalAmount": 2 * price}
    rows = {"lineItems": [line | {"accountRef": {"id": account}}]}
    return made | {name: {"id": party}} | totals | rows | more


OTHER = {"party": "other-party", "account": "account-9", "price": 77}
HARD = [("party", "account"), ("party", "price"), ("account", "price")]


@pytest.mark.parametrize("hard", HARD)
@given(st.sampled_from(DOCUMENTS), ways)
def test_records_that_differ_in_two_hard_ways_are_different(hard, data_type, chosen):
    other = document(data_type, **{name: OTHER[name] for name in hard})

    assert Match.DIFFERENT is compare(document(data_type), rewritten(other, chosen, "00017"))


@pytest.mark.parametrize("hard", OTHER)
@given(st.sampled_from(DOCUMENTS), ways)
def test_records_that_differ_in_one_hard_way_are_neither(hard, data_type, chosen):
    other = document(data_type, **{hard: OTHER[hard]})

    assert Match.UNCLEAR is compare(document(data_type), rewritten(other, chosen, "00017"))


numbers = st.integers(0, 400)


@given(st.sampled_from(CHAOS_TYPES), numbers, numbers, ways)
def test_another_record_of_the_same_shape_is_never_ours(data_type, number, other, chosen):
    assume(number != other)
    sent, others = unique_record(data_type, number), unique_record(data_type, other)

    assert Match.UNCLEAR is compare(sent, rewritten(others, chosen, "00017"))


@given(st.sampled_from(DOCUMENTS), ways)
def test_what_differs_only_by_its_number_is_never_ours(data_type, chosen):
    other = document(data_type) | {NUMBER[data_type]: "T-10013"}
    shown = rewritten(other, chosen, "00017")

    assert Match.UNCLEAR is compare(document(data_type), shown)


@given(st.sampled_from(CHAOS_TYPES), numbers, numbers, ways)
def test_anothers_record_is_known_as_theirs_by_its_text(data_type, number, other, chosen):
    assume(number != other)
    sent, others = unique_record(data_type, number), unique_record(data_type, other)
    shown = rewritten(others, chosen, "00017")

    assert OtherRecords([record("items"), others]).include(shown, sent)
    assert not OtherRecords([sent]).include(shown, others)
    assert not OtherRecords([others]).include(shown, others)


TELLING = {
    "suppliers": set(WAYS),
    "customers": set(WAYS),
    "chartOfAccounts": set(WAYS),
    "journalEntries": set(WAYS),
    "bills": set(WAYS),
    "invoices": set(WAYS),
}


@pytest.mark.parametrize("data_type", TELLING)
@given(numbers, st.data())
def test_a_record_with_an_id_in_its_text_is_known_again(data_type, number, data):
    chosen = data.draw(st.sets(st.sampled_from(sorted(TELLING[data_type]))))
    sent = unique_record(data_type, number)

    assert Match.EQUAL is compare(sent, rewritten(sent, chosen, "00017"))


def cancelled(sent):
    shown = rewritten(sent, {"sign"}, "00017")
    amounts = {name: value for name, value in shown.items() if isinstance(value, int | float)}
    return sent | amounts | {"lineItems": shown["lineItems"]}


@given(st.sampled_from(["bills", "invoices"]), numbers, ways)
def test_a_sign_that_turned_without_the_type_tells_nothing(data_type, number, chosen):
    sent = unique_record(data_type, number)
    shown = rewritten(cancelled(sent), {*chosen, "number"} - {"sign"}, "00017")

    assert Match.UNCLEAR is compare(sent, shown)


@given(st.sampled_from(["bills", "invoices"]), numbers, ways)
def test_a_type_that_turned_without_the_sign_tells_nothing(data_type, number, chosen):
    sent = unique_record(data_type, number)
    shown = rewritten(cancelled(sent), {*chosen, "number", "sign"}, "00017")

    assert Match.UNCLEAR is compare(sent, shown)
