import pytest
from hypothesis import given, settings

from codat.exact_json import Number, dumps
from codat.validation.validate import validate_record
from gateway.pages.forms.fields import WHOLE
from gateway.pages.forms.render import record_from_form, render_form
from tests.support.form_documents import BILL, many_lines
from tests.support.html_page import Page
from tests.support.option_documents import documents, field, fitting


def test_a_searched_choice_is_shown_and_read_by_its_label():
    labels = ["Sales", "Rent", "Rent", *(f"Other {n}" for n in range(60))]
    choices = [{"value": f"a{n}", "displayName": label} for n, label in enumerate(labels)]
    document = field("Object", properties={"x": field("String", options=choices)})

    for value, label in (("a0", "Sales"), ("a1", "Rent (a1)"), ("a2", "Rent (a2)"), ("new", "new")):
        sent = Page(render_form(document, {"x": value})).sent
        assert [("x", label)] == sent
        assert {"x": value} == record_from_form(document, sent)


def test_what_was_typed_is_kept():
    typed = {
        "reference": 'INV "1" <2>',
        "issueDate": "2026-11-20",
        "total": Number("240.00"),
        "paid": True,
        "note": "\n two\nlines",
        "lineItems": [{"quantity": 1}, {"quantity": "many", "refs": [{"id": "a"}, {"id": "b"}]}],
        "extra": {"anything": [1, None, {"x": "y"}]},
    }

    assert typed == record_from_form(BILL, Page(render_form(BILL, typed)).sent)


@pytest.mark.parametrize("value", ["2026-11-20T10:30:00", "2026-11-20T10:30:00.123Z", "soon"])
def test_a_date_is_kept_as_it_was_typed(value):
    sent = Page(render_form(BILL, {"issueDate": value})).sent

    assert {"issueDate": value, "paid": False} | {} == {"paid": False} | record_from_form(
        BILL, sent
    )


@pytest.mark.parametrize("given", [[{"id": "1"}], {"id": "1"}])
def test_references_of_either_shape_are_kept(given):
    references = field("Object", properties={"id": field("String")})
    document = field("Object", properties={"categoryRefs": references})
    sent = Page(render_form(document, {"categoryRefs": given})).sent

    assert {"categoryRefs": given} == record_from_form(document, sent)


def test_what_is_left_blank_is_left_out():
    assert {} == record_from_form(BILL, Page(render_form(BILL)).sent)


def test_blank_rows_and_gaps_between_rows_are_left_out():
    items = [
        ("lineItems/7/quantity", "2"),
        ("lineItems/3/quantity", ""),
        ("lineItems/0/quantity", "1"),
    ]

    assert {"lineItems": [{"quantity": 1}, {"quantity": 2}]} == record_from_form(BILL, items)


def test_digits_are_kept_and_bad_numbers_left_to_validation():
    items = [("reference", "007"), ("total", "1.10"), ("lineItems/0/quantity", "1,5")]
    record = record_from_form(BILL, items)

    assert '{"reference":"007","total":1.10,"lineItems":[{"quantity":"1,5"}]}' == dumps(record)
    assert "/lineItems/0/quantity" in [each.pointer for each in validate_record(BILL, record)]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "__0__",
        "a" + "/b" * 9999,
        "lineItems",
        "lineItems/-1/quantity",
        "lineItems/9999999999999/quantity",
        "lineItems/x/quantity",
        "lineItems/٣/quantity",
        "reference/deeper",
    ],
)
def test_names_that_no_form_of_ours_sends_do_no_harm(name):
    assert record_from_form(BILL, [(name, "x")]) in ({}, {"lineItems": "x"})


@pytest.mark.parametrize(("record", "text"), [([], "[]"), ("tex", "tex"), (7, "7")])
def test_what_is_no_object_stays_as_it_was_typed(record, text):
    (typed,) = Page(render_form(BILL, record)).sent

    assert (WHOLE, text) == typed
    assert record == record_from_form(BILL, [typed])
    assert ["error"] == [one.severity for one in validate_record(BILL, record)]


def test_a_record_of_many_rows_is_written_as_json():
    record = many_lines(4000)
    html = render_form(BILL, record)
    (whole,) = Page(html).sent

    assert len(html) < 3 * len(dumps(record))
    assert record == record_from_form(BILL, [whole], record)
    mended = whole[1].replace("3999", "77")
    lines = record_from_form(BILL, [(WHOLE, mended)], record)["lineItems"]
    assert [{"quantity": 3998}, {"quantity": 77}] == lines[-2:]


def test_a_record_without_listed_fields_is_written_as_json():
    record = {"anything": [1, {"goes": True}]}
    sent = Page(render_form({}, record)).sent

    assert record == record_from_form({}, sent)


def test_a_choice_with_a_line_break_comes_back_as_it_is_offered():
    document = field("Object", properties={"x": field("String", options=[{"value": "0\r"}])})
    sent = Page(render_form(document, {"x": "0\r"})).sent

    assert {"x": "0\r"} == record_from_form(document, sent)


@given(documents())
@settings(deadline=None, max_examples=20)
def test_any_record_survives_the_form(document):
    record = fitting(document)
    sent = Page(render_form(document, record)).sent

    assert validate_record(document, record) == validate_record(
        document, record_from_form(document, sent), update=True
    )
    assert dumps(record) == dumps(record_from_form(document, sent, record))
