from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from codat.exact_json import Number
from codat.models import Condition
from codat.query import MAX_LENGTH, query_text

COMPANY = UUID("8a210b68-6988-11ed-a1eb-0242ac120002")
SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("field", "operator", "value", "text"),
    [
        ("id", "=", "7110701885", "id=7110701885"),
        ("supplierRef.id", "!=", "80000001-1671793885", "supplierRef.id!=80000001-1671793885"),
        ("supplierName", "=", "O'Brien & Sons | Co", "supplierName=O'Brien & Sons | Co"),
        ("note", "~", "Café!x", "note~Café!x"),
        ("id", "=", COMPANY, f"id={COMPANY}"),
        ("metadata.isDeleted", "=", False, "metadata.isDeleted=false"),
        ("totalAmount", ">=", 21, "totalAmount>=21"),
        ("totalAmount", "<", -0.1, "totalAmount<-0.1"),
        ("totalAmount", "=", 1e-7, "totalAmount=0.0000001"),
        ("totalAmount", "=", Number("10.50"), "totalAmount=10.50"),
        ("totalAmount", "=", Decimal("1E+3"), "totalAmount=1000"),
        ("issueDate", "=", date(2026, 1, 31), "issueDate=2026-01-31"),
        ("issueDate", ">", datetime(2026, 1, 31), "issueDate>2026-01-31T00:00:00"),  # noqa: DTZ001
        (
            "modifiedDate",
            ">=",
            datetime(2026, 1, 31, 1, 2, 3, 450, SUMMER),
            "modifiedDate>=2026-01-30T23:02:03.000450Z",
        ),
        (
            "modifiedDate",
            "<=",
            datetime(2026, 1, 1, tzinfo=UTC),
            "modifiedDate<=2026-01-01T00:00:00Z",
        ),
    ],
)
def test_a_condition_is_written_as_codat_reads_it(field, operator, value, text):
    assert text == str(Condition(field, operator, value))


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], ["a"], {}, ("a",), b"a", object()),
        *("", " ", " a", "a ", "null", "NULL", "\ud800", "a\nb", "a\x00"),
        *("a=b", "a~b", "a<b", "a>b", "{a", "a}", "a&&b", "a||b"),
        *("&a", "a&", "|a", "a|", "!a", "a!"),
        *(float("nan"), float("inf"), Decimal("sNaN"), Decimal("1E+41"), Decimal("1E-999999")),
    ],
)
def test_a_value_that_can_not_be_queried_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        Condition("note", "=", value)


@pytest.mark.parametrize(
    "field",
    ["", "a b", "lineItems[0].unitAmount", "a..b", ".a", "a.", "a=b", "a&&b", "1a", "ä", "a\n"],
)
def test_what_is_no_field_is_refused(field):
    with pytest.raises(ValueError, match="no field"):
        Condition(field, "=", "x")


@pytest.mark.parametrize(
    ("operator", "value"),
    [("==", "a"), ("&&", "a"), (">", "a"), ("<=", "a"), ("~", 1), (">", True), ("<", COMPANY)],
)
def test_an_operator_must_fit_its_value(operator, value):
    with pytest.raises(ValueError, match=r"operator|can't be used"):
        Condition("note", operator, value)


def test_conditions_are_joined_and_none_is_no_query():
    both = [Condition("id", "=", "1"), Condition("totalAmount", ">", 2)]

    assert "id=1&&totalAmount>2" == query_text(both)
    assert query_text([]) is None


def test_a_query_that_is_too_long_as_sent_is_refused():
    longest = "a" * (MAX_LENGTH - 1 - len("id%3D"))

    assert query_text([Condition("id", "=", longest)])
    for more in (longest + "a", "é" * (MAX_LENGTH // 6)):
        with pytest.raises(ValueError, match="too long"):
            query_text([Condition("id", "=", more)])
