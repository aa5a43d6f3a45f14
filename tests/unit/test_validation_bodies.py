"""Bodies in the style of real ones, and what is said of them."""

import pytest

from codat.exact_json import loads
from codat.validation.validate import validate_record
from tests.support.option_documents import field, rule

THREE_LETTERS = "Must be a three letter ISO code that matches the currency."
ONE_TO_THREE = "Must contain at least one line item and up to a maximum of 3 line items."
REFERENCE = field("Object", properties={"id": field("String", required=True)})
LINE = {
    "description": field("String", required=True, displayName="Description"),
    "quantity": field("Number", required=True, displayName="Quantity"),
    "unitAmount": field(
        "Number",
        displayName="Unit Amount",
        validation=rule("Precision must be maximum of two decimal places."),
    ),
    "accountRef": REFERENCE | {"required": True, "displayName": "Account"},
    "itemRef": REFERENCE | {"required": True, "displayName": "Item"},
}
BILL = field(
    "Object",
    required=True,
    displayName="Bill",
    properties={
        "id": field("String", required=True),
        "reference": field(
            "String", displayName="Reference", validation=rule("Must be less than 22 characters.")
        ),
        "note": field(
            "String",
            displayName="Note",
            validation=rule("Must not exceed 20 characters.", "information"),
        ),
        "issueDate": field("DateTime", required=True, displayName="Issue Date"),
        "currency": field(
            "String",
            displayName="Currency",
            validation=rule(THREE_LETTERS),
        ),
        "currencyRate": field(
            "Number",
            required=True,
            displayName="Currency Rate",
            validation=rule("Required if Currency is not the base currency.", "information"),
        ),
        "status": field(
            "String",
            displayName="Status",
            options=[
                {"value": "Open", "displayName": "Open"},
                {"value": "Paid"},
                {"displayName": "Void"},
            ],
        ),
        "totalAmount": field(
            "Number", displayName="Total", validation=rule("Must be greater than zero.")
        ),
        "supplierRef": REFERENCE | {"displayName": "Supplier"},
        "lineItems": field(
            "Array",
            displayName="Line Items",
            properties=LINE,
            validation=rule(ONE_TO_THREE),
        ),
        "paid": field("Boolean", displayName="Paid"),
        "supplementalData": field("Object"),
    },
)
GOOD = loads("""{
  "reference": "INV-20931", "issueDate": "2026-11-20T00:00:00", "currency": "GBP",
  "currencyRate": 1, "status": "Open", "totalAmount": 240.00, "supplierRef": {"id": "750-1"},
  "lineItems": [{"description": "Carriage", "quantity": 1, "unitAmount": 240.00,
                 "accountRef": {"id": "7401"}}]
}""")
ROW = GOOD["lineItems"][0]


def verdict(change, document=BILL, **how):
    return [
        (each.severity, each.pointer, each.rule)
        for each in validate_record(document, GOOD | change, **how)
    ]


def test_a_good_body_has_no_problem():
    assert [] == validate_record(BILL, GOOD)


@pytest.mark.parametrize(
    ("change", "pointer", "rule_name"),
    [
        ({"issueDate": None}, "/issueDate", "required"),
        ({"issueDate": "tomorrow"}, "/issueDate", "date"),
        ({"issueDate": "2026-02-30"}, "/issueDate", "date"),
        ({"status": "Draft"}, "/status", "choice"),
        ({"supplierRef": {}}, "/supplierRef/id", "required"),
        ({"supplierRef": "750-1"}, "/supplierRef", "type"),
        ({"lineItems": {"0": ROW}}, "/lineItems", "type"),
        ({"totalAmount": "lots"}, "/totalAmount", "type"),
        ({"paid": "perhaps"}, "/paid", "type"),
        ({"totalAmount": 0}, "/totalAmount", "Must be greater than zero."),
        ({"reference": "x" * 22}, "/reference", "Must be less than 22 characters."),
    ],
)
def test_what_the_platform_would_refuse_is_an_error(change, pointer, rule_name):
    assert [("error", pointer, rule_name)] == verdict(change)


@pytest.mark.parametrize(
    ("change", "pointer", "rule_name"),
    [
        ({"note": "x" * 21}, "/note", "Must not exceed 20 characters."),
        ({"currencyRate": None}, "/currencyRate", "required"),
        ({"totalAmount": "240.00"}, "/totalAmount", "type"),
        ({"reference": 20931}, "/reference", "type"),
        ({"paid": "true"}, "/paid", "type"),
        ({"issueDate": "20/11/2026"}, "/issueDate", "date"),
        ({"status": "Void"}, "/status", "choice"),
        ({"status": "open"}, "/status", "choice"),
        ({"colour": "red"}, "/colour", "unlisted"),
        ({"lineItems": [ROW | {"quantity": None}]}, "/lineItems/0/quantity", "required"),
    ],
)
def test_what_the_platform_may_accept_is_a_warning(change, pointer, rule_name):
    assert [("warning", pointer, rule_name)] == verdict(change)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"supplierRef": None, "totalAmount": None, "colour": None},
        {"supplementalData": {"anything": [1, {"goes": None}]}},
        {"lineItems": [ROW | {"itemRef": {"id": "1"}}]},
        {"lineItems": [ROW | {"accountRef": None, "itemRef": {"id": "1"}}]},
    ],
)
def test_what_is_no_problem_is_not_mentioned(change):
    assert [] == verdict(change)


def test_one_of_account_and_item_is_enough_and_none_warns():
    neither = {key: value for key, value in ROW.items() if key != "accountRef"}

    expected = [
        ("warning", "/lineItems/0/accountRef", "required"),
        ("warning", "/lineItems/0/itemRef", "required"),
    ]

    assert expected == verdict({"lineItems": [neither]})


@pytest.mark.parametrize("given", [[], [{"id": "1"}], {"id": "1"}])
def test_references_declared_as_an_object_may_be_a_list(given):
    document = field("Object", properties={"trackingCategoryRefs": REFERENCE})

    assert [] == validate_record(document, {"trackingCategoryRefs": given})


@pytest.mark.parametrize("name", ["date", "issueDate", "reference", "note"])
def test_texts_declared_as_numbers_may_be_texts(name):
    document = field("Object", properties={name: field("Number")})

    assert [] == validate_record(document, {name: "2026-11-20"}) + validate_record(
        document, {name: 7}
    )


def test_all_problems_are_found_at_once():
    found = verdict({"status": "?", "totalAmount": -1, "lineItems": [], "issueDate": None})

    assert 4 == len([each for each in found if each[0] == "error"])


def test_an_update_may_leave_fields_out():
    assert [] == validate_record(BILL, {"status": "Paid"}, update=True)


def test_an_update_keeps_all_other_rules():
    assert ["/status"] == [
        each.pointer for each in validate_record(BILL, {"status": "?"}, update=True)
    ]


def test_an_update_may_send_back_what_codat_gave_the_record():
    read = {"id": "7", "sourceModifiedDate": "2026-11-29T10:00:00", "status": "Paid"}

    assert [] == validate_record(BILL, read, update=True)
    assert ["/sourceModifiedDate"] == [
        problem.pointer for problem in validate_record(BILL, read) if problem.rule == "unlisted"
    ]


def test_an_unlisted_field_is_mentioned_once_for_all_rows():
    rows = [ROW | {"colour": "red"}] * 3

    assert [("warning", "/lineItems/0/colour", "unlisted")] == verdict({"lineItems": rows})


def test_decimal_places_are_counted_in_the_digits_as_written():
    lines = loads("""[{"unitAmount": 1.10}, {"unitAmount": 1.100}, {"unitAmount": 1.101}]""")
    found = verdict({"lineItems": [ROW | line for line in lines]})

    rule_name = "Precision must be maximum of two decimal places."
    assert [("error", "/lineItems/2/unitAmount", rule_name)] == found


def test_a_field_written_in_another_case_is_judged_and_mentioned():
    body = {key: value for key, value in GOOD.items() if key != "issueDate"} | {"IssueDate": "soon"}

    assert [("/IssueDate", "spelling"), ("/IssueDate", "date")] == [
        (each.pointer, each.rule) for each in validate_record(BILL, body)
    ]


def test_of_two_rules_each_counts_with_its_own_severity():
    sentences = {
        "warnings": [{"details": "Max length of 9 characters."}],
        "information": [{"details": "Must not exceed 5 characters."}],
    }
    document = field("Object", properties={"x": field("String", validation=sentences)})

    weights = [
        [each.severity for each in validate_record(document, {"x": "x" * n})] for n in (5, 6, 9, 10)
    ]

    assert [[], ["warning"], ["warning"], ["error"]] == weights


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"issueDate": None}, "Issue Date must be given."),
        ({"status": "draft"}, "Status must be one of Open, Paid; “draft” is not."),
        ({"status": "open"}, "Status should be written “Open”, not “open”."),
        ({"totalAmount": 0}, "Total must be greater than 0; it is 0."),
        ({"reference": "x" * 22}, "Reference must have at most 21 characters; it has 22."),
        ({"supplierRef": "A1"}, "Supplier must be a group of fields, not the text “A1”."),
        (
            {"lineItems": [ROW, ROW | {"quantity": None}]},
            "Line Items, row 2: Quantity should be given.",
        ),
        (
            {"lineItems": [ROW | {"unitAmount": 0.125}]},
            "Line Items, row 1: Unit Amount must have at most 2 decimal places; it is 0.125.",
        ),
        ({"lineItems": []}, "Line Items must have at least 1 row; it has 0."),
        (
            {"currency": "Pound"},
            f"Currency must keep the rule “{THREE_LETTERS}”; it is “Pound”.",
        ),
    ],
)
def test_messages_speak_of_fields_as_the_platform_does(change, message):
    assert [message] == [each.message for each in validate_record(BILL, GOOD | change)]
