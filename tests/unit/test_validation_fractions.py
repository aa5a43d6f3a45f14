"""Limits with a fraction: equal is equal, whatever type of number a record or a rule has."""

from decimal import Decimal

import pytest

from codat.exact_json import loads
from codat.validation.validate import validate_record
from tests.support.option_documents import field, rule

EQUAL_TO_A_TENTH = [0.1, Decimal("0.1"), loads("0.1"), loads("0.10"), loads("1e-1")]


def problems(sentence, value):
    document = field("Object", properties={"x": field("Number", validation=rule(sentence))})
    return [one.rule for one in validate_record(document, {"x": value})]


@pytest.mark.parametrize("value", EQUAL_TO_A_TENTH)
@pytest.mark.parametrize(
    ("sentence", "is_kept"),
    [
        ("Must be greater than or equal to 0.1", True),
        ("Must be less than or equal to 0.1", True),
        ("Must be greater than 0.1", False),
        ("Must be less than 0.1", False),
        ("Must be a number between 0.1 and 0.1.", True),
        ("Precision must be maximum of one decimal places.", True),
    ],
)
def test_an_amount_that_equals_a_fractional_limit_is_at_it(sentence, is_kept, value):
    assert ([] if is_kept else [sentence]) == problems(sentence, value)


@pytest.mark.parametrize("value", [0.3, Decimal("0.3"), loads("0.30")])
def test_the_amount_next_to_a_limit_is_beyond_it(value):
    assert [] == problems("Must be less than or equal to 0.3", value)
    assert [] != problems("Must be less than or equal to 0.29", value)
    assert [] != problems("Must be greater than or equal to 0.31", value)


@pytest.mark.parametrize("value", [1.1, Decimal("1.1"), loads("1.1"), loads("1.10")])
def test_a_choice_with_a_fraction_is_chosen_by_its_value(value):
    document = field("Object", properties={"x": field("Number", options=[{"value": "1.1"}])})

    assert [] == validate_record(document, {"x": value})


def test_a_small_limit_is_named_as_people_write_it():
    document = field(
        "Object",
        properties={"x": field("Number", validation=rule("Must be at least 0.00001"))},
    )

    (problem,) = validate_record(document, {"x": 0})

    assert "A Number must be 0.00001 or more; it is 0." == problem.message
