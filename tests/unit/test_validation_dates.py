"""Dates that are not ISO 8601: what no calendar has is an error, the rest is a warning."""

import pytest

from codat.validation.validate import validate_record
from tests.support.option_documents import field

DOCUMENT = field("Object", properties={"on": field("DateTime", displayName="Issue Date")})


def found(text):
    return [(one.severity, one.message) for one in validate_record(DOCUMENT, {"on": text})]


@pytest.mark.parametrize(
    "text",
    ["99/99/2026", "30/02/2026", "31.04.2026", "0/5/2026", "31 Foo 2026", "29/02/2027", "1/1/202"],
)
def test_a_date_that_no_calendar_has_is_an_error(text):
    said = f"Issue Date must be a date written like 2026-11-30, not “{text}”."

    assert [("error", said)] == found(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("30/11/2026", "2026-11-30"),
        ("11/30/2026 10:15", "2026-11-30"),
        ("30.11.26", "2026-11-30"),
        ("30 Nov 2026", "2026-11-30"),
        ("30-November-2026", "2026-11-30"),
        ("05/05/2026", "2026-05-05"),
        ("05/06/2026", "2026-06-05 or 2026-05-06"),
    ],
)
def test_a_date_in_another_form_warns_how_it_may_be_read(text, read):
    said = (
        f"Issue Date should be a date written like 2026-11-30, not “{text}”, "
        f"which may be read as {read}."
    )

    assert [("warning", said)] == found(text)


@pytest.mark.parametrize("text", ["", " ", "/Date(1764500000000)/"])
def test_what_some_programs_send_for_a_date_stays_a_warning(text):
    said = f"Issue Date should be a date written like 2026-11-30, not “{text}”."

    assert [("warning", said)] == found(text)
