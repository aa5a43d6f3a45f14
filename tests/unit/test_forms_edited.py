"""A form that was made of a record: what was not touched stays exactly as it was."""

import pytest

from codat.exact_json import Number, dumps
from gateway.pages.forms.render import record_from_form, render_form
from tests.support.form_documents import BILL
from tests.support.html_page import Page
from tests.support.option_documents import field

SENT_BEFORE = {
    "reference": "two\r\nlines",
    "issueDate": "2026-11-20T00:00:00",
    "total": Number("240.00"),
    "note": "",
    "supplierRef": {"id": "s1", "supplierName": "Mill"},
    "lineItems": [
        {"quantity": Number("1.0"), "refs": [{"id": "a", "name": "A"}], "unlisted": {"x": None}},
        {"quantity": 2, "refs": []},
        "no row at all",
    ],
    "unlisted": [1],
    "extra": {"anything": Number("1e2")},
}


def resent(document, before, change=lambda sent: sent):
    """What comes back of a form that shows a record, after somebody has changed what it sends."""
    sent = Page(render_form(document, before)).sent
    return record_from_form(document, change(sent), before)


def typing(name, text):
    """Type a text into one field."""
    return lambda sent: [(one, text if one == name else was) for one, was in sent]


def without(row):
    """Remove a row."""
    return lambda sent: [(name, text) for name, text in sent if not name.startswith(row)]


def test_what_was_not_touched_stays_exactly_as_it_was():
    assert dumps(SENT_BEFORE) == dumps(resent(BILL, SENT_BEFORE))


def test_only_the_field_that_was_touched_changes():
    again = resent(BILL, SENT_BEFORE, typing("supplierRef/id", "s2"))

    assert SENT_BEFORE | {"supplierRef": {"id": "s2", "supplierName": "Mill"}} == again


def test_a_field_that_was_emptied_is_left_out():
    again = resent(BILL, SENT_BEFORE, typing("lineItems/0/quantity", ""))

    assert {"refs": [{"id": "a", "name": "A"}], "unlisted": {"x": None}} == again["lineItems"][0]


def test_a_row_that_was_removed_takes_along_what_it_held():
    again = resent(BILL, SENT_BEFORE, without("lineItems/0/"))

    assert SENT_BEFORE["lineItems"][1:] == again["lineItems"]


def test_a_list_whose_rows_were_all_removed_is_left_out():
    before = {"lineItems": [{"quantity": 1, "unlisted": 2}]}

    assert {} == resent(BILL, before, without("lineItems/"))
    assert before == record_from_form(BILL, [], before)


def test_a_row_that_was_added_stands_beside_what_was_there():
    again = resent(BILL, SENT_BEFORE, lambda sent: [*sent, ("lineItems/3/quantity", "4")])

    assert [*SENT_BEFORE["lineItems"], {"quantity": 4}] == again["lineItems"]


@pytest.mark.parametrize("touched", [False, True])
def test_seconds_that_a_browser_leaves_out_do_not_change_a_time(touched):
    before = {"issueDate": "2026-11-20T10:30:00"}
    sent = "2026-11-20T10:31" if touched else "2026-11-20T10:30"

    assert {"issueDate": sent if touched else before["issueDate"]} == resent(
        BILL, before, typing("issueDate", sent)
    )


def test_digits_that_are_no_number_or_were_text_stay_a_text():
    document = field("Object", properties={"reference": field("Number")})

    assert {"reference": "00123"} == record_from_form(document, [("reference", "00123")])
    assert {"reference": 2024} == record_from_form(document, [("reference", "2024")])
    assert {"reference": "2024"} == resent(document, {"reference": "2024"})
