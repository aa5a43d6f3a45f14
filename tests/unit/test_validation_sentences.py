import re

import pytest

from codat.validation.sentences import SentenceRule, doubts_requirement, read_rules
from tests.support.published_documents import published

WORDINGS_OF_LENGTH = [
    ("Max length of 10 characters.", 10),
    ("Must be no greater than 30 characters", 30),
    ("Should not be longer than 2000 characters.", 2000),
    ("Must not exceed 255 charaters long.", 255),
    ("Maximum 60 characters", 60),
    ("Must be less than 22 characters.", 21),
    ("Must not contain no more than 45 characters.", 45),
    ("Maximum character length should not be longer than 4000.", 4000),
    ("The email address can have a maximum of 255 characters", 255),
    ("Must match the ID of an existing supplier and have a max length of 8 characters.", 8),
    ("The customer ID must be unique, contain no spaces and have a maximum of 8 characters.", 8),
    ("Must not be longer than 4000 characters long and must be the same for all lines.", 4000),
]
TOO_LONG = [
    ("Must be at most 4294967296 characters.", "String"),
    ("Must be a 4294967296 digit number", "String"),
    ("Max length of 99999999999999999999 characters.", "String"),
    ("Must be less than or equal to 9999999999", "Number"),
    ("Must contain at least 1000000000 lines", "Array"),
]
CONDITIONAL = [
    "Should not exceed the maximum length of 14 characters if the specified currency is GBP.",
    "Must be 6 characters long if the specified currency is GBP.",
    "For account based line items, must be between 1 and 100 characters.",
    "If alphanumeric is supported, must be between 1 and 10 characters. Otherwise format is x-xxxx",
    "Must be at most 24 characters in length, although restrictions may vary between entities.",
    "Max length of 25 characters for first and last names",
    "Must not have the part after the first name longer than 30 characters.",
    "Only for Exact Netherlands, if provided, must be exactly 20 characters in length",
]


@pytest.mark.parametrize(("sentence", "limit"), WORDINGS_OF_LENGTH)
def test_every_wording_of_a_length_is_read(sentence, limit):
    assert [SentenceRule("maxLength", limit)] == read_rules(sentence, "String")


@pytest.mark.parametrize("sentence", CONDITIONAL)
def test_a_conditional_sentence_is_no_rule(sentence):
    assert [] == read_rules(sentence, "String")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Must have a length between 1 and 7 characters.", {"minLength": 1, "maxLength": 7}),
        (
            "If included must have a length between 1 and 7 characters",
            {"minLength": 1, "maxLength": 7},
        ),
        ("Must have a length of 14 characters", {"minLength": 14, "maxLength": 14}),
        ("Must be a three letter ISO code", {"pattern": "^[A-Za-z]{3}$"}),
        ("Must be a 2-letter country code", {"pattern": "^[A-Za-z]{2}$"}),
        ("Must be a valid GUID.", {"format": "uuid"}),
        ("Must be provided and must not be empty", {"required": 1}),
    ],
)
def test_texts_have_lengths_and_forms(sentence, expected):
    assert expected == {rule.keyword: rule.limit for rule in read_rules(sentence, "String")}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Must be greater than zero.", {"exclusiveMinimum": 0}),
        ("Transfer Amount must be greater than zero.", {"exclusiveMinimum": 0}),
        ("If supplied, must be a positive number", {"exclusiveMinimum": 0}),
        ("Value should be zero or greater", {"minimum": 0}),
        ("Must not be a negative amount", {"minimum": 0}),
        ("Must be greater than or equal to 0 and must be equal to the sum.", {"minimum": 0}),
        ("If provided must be a number between 0 and 100.", {"minimum": 0, "maximum": 100}),
        ("Precision must be maximum of two decimal places.", {"multipleOf": 0.01}),
        ("Must be greater than zero except when Link Type is Bill.", {}),
        ("Must be positive for bill items and negative for credit items.", {}),
        ("The sum of subtotals over all the line items must be greater than or equal to 0", {}),
    ],
)
def test_numbers_have_bounds_and_decimal_places(sentence, expected):
    assert expected == {rule.keyword: rule.limit for rule in read_rules(sentence, "Number")}


@pytest.mark.parametrize(
    ("sentence", "name", "expected"),
    [
        ("Only one line is supported", "lineItems", {"maxItems": 1}),
        ("Maximum of 2 Tracking Categories.", "trackingCategoryRefs", {"maxItems": 2}),
        (
            "Must contain a single payment allocation",
            "paymentAllocations",
            {"minItems": 1, "maxItems": 1},
        ),
        (
            "Must contain at least one line item and up to a maximum of 40 line items allowed.",
            "lineItems",
            {"minItems": 1, "maxItems": 40},
        ),
        ("At least 2 must be provided.", "journalLines", {"minItems": 2}),
        ("Must contain 2 journal lines", "journalLines", {"minItems": 2}),
        ("Must not be empty", "lineItems", {"minItems": 1}),
        ("Must contain a maximum of 3 phone numbers", "phoneNumbers", {"maxItems": 3}),
        ("Must contain a maximum of 1 fax number", "phoneNumbers", {}),
        (
            "Only one tracking category of type CLASS can be provided per item.",
            "trackingCategoryRefs",
            {},
        ),
    ],
)
def test_lists_have_numbers_of_entries(sentence, name, expected):
    assert expected == {rule.keyword: rule.limit for rule in read_rules(sentence, "Array", name)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Must be provided, if ItemRef is not provided.",
        "Required if multi-currency is enabled for the company.",
        "Is not supported and therefore will be ignored",
        "If not set, will default to the default currency of the supplier",
        "For US versions of QuickBooks Desktop either 'Id' or 'Name' must be specified",
    ],
)
def test_a_requirement_may_be_in_doubt(sentence):
    assert doubts_requirement(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Must be provided.",
        "Must be provided and must not be empty",
        "When more than one line is provided, a batch payment will be created.",
        "This must match the supplier's default currency.",
        "Must match the ID of an existing account.",
    ],
)
def test_other_sentences_leave_a_requirement_alone(sentence):
    assert not doubts_requirement(sentence)


def test_an_endless_sentence_is_no_rule():
    assert [] == read_rules("Max length of 10 characters and " * 100_000, "String")


def test_no_published_conditional_sentence_binds():
    known = published("validation_sentences.json")["sentences"]
    conditional = re.compile(
        r"\b(if the|when|unless|except|otherwise|for item|for account)\b", re.IGNORECASE
    )

    bound = [
        (sentence["sentence"], kind)
        for sentence in known
        for kind in sentence["fieldTypes"]
        if conditional.search(sentence["sentence"]) and read_rules(sentence["sentence"], kind)
    ]

    assert [] == bound


def test_all_published_lengths_without_a_condition_are_read():
    known = published("validation_sentences.json")["sentences"]
    lengths = [
        each["sentence"] for each in known if each["class"] in {"max_length", "length_range"}
    ]

    unread = [sentence for sentence in lengths if not read_rules(sentence, "String")]

    assert len(unread) <= 6, unread


@pytest.mark.parametrize(("sentence", "kind"), TOO_LONG)
def test_a_sentence_with_a_number_of_ten_digits_is_no_rule(sentence, kind):
    assert [] == read_rules(sentence, kind)
