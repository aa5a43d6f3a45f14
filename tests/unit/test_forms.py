import re

import pytest
from hypothesis import given, settings

from codat.exact_json import Number, dumps
from codat.models import Problem
from codat.validation.validate import validate_record
from gateway.pages.forms.fields import WHOLE
from gateway.pages.forms.render import record_from_form, render_form
from tests.support.html_page import Page
from tests.support.option_documents import documents, field, fitting, rule

BILL = field(
    "Object",
    displayName="Bill",
    required=True,
    properties={
        "reference": field(
            "String", required=True, validation=rule("Max length of 21 characters.")
        ),
        "issueDate": field("DateTime", required=True),
        "total": field("Number", validation=rule("Must be greater than or equal to 0")),
        "paid": field("Boolean"),
        "note": field("String", validation=rule("Max length of 4000 characters.")),
        "supplierRef": field("Object", properties={"id": field("String", required=True)}),
        "lineItems": field(
            "Array",
            displayName="Line Items",
            properties={
                "quantity": field("Number", required=True),
                "refs": field("Array", properties={"id": field("String")}),
            },
        ),
        "extra": field("Object"),
    },
)


def test_fields_become_the_inputs_that_fit_them():
    page = Page(render_form(BILL))

    kinds = {at["name"]: at["type"] for at in page.all("input") if at.get("name")}
    assert {"reference": "text", "issueDate": "date", "total": "number", "paid": "checkbox"} == {
        name: kind for name, kind in kinds.items() if "/" not in name and kind != "hidden"
    }
    assert ["note", "extra"] == [at["name"] for at in page.all("textarea")]


def test_limits_are_told_to_the_browser():
    page = Page(render_form(BILL))

    assert ("21", None) == (
        page.named("reference")["maxlength"],
        page.named("reference")["required"],
    )
    assert "0" == page.named("total")["min"]


def test_a_rule_that_only_warns_holds_nobody_up():
    inner = field("Number", validation=rule("Must be greater than or equal to 5", "information"))

    assert "min" not in Page(render_form(field("Object", properties={"x": inner}))).named("x")


def test_a_required_field_of_an_optional_group_may_stay_empty():
    assert "required" not in Page(render_form(BILL)).named("supplierRef/id")


def test_an_update_need_not_repeat_any_field():
    assert "required" not in render_form(BILL, {}, update=True)


def test_the_first_field_has_the_focus():
    focused = [at.get("name") for _, at in Page(render_form(BILL)).elements if "autofocus" in at]

    assert ["reference"] == focused


@pytest.mark.parametrize(("size", "tag"), [(50, "select"), (51, "input")])
def test_choices_beyond_fifty_are_searched_by_typing(size, tag):
    choices = [{"value": f"{n}"} for n in range(size)]
    document = field("Object", properties={"x": field("String", options=choices)})
    page = Page(render_form(document))

    assert [tag] == [name for name, at in page.elements if at.get("name") == "x"]
    assert size == len(page.all("option")) - (tag == "select")


def test_a_searched_choice_is_shown_and_read_by_its_label():
    labels = ["Sales", "Rent", "Rent", *(f"Other {n}" for n in range(60))]
    choices = [{"value": f"a{n}", "displayName": label} for n, label in enumerate(labels)]
    document = field("Object", properties={"x": field("String", options=choices)})

    for value, label in (("a0", "Sales"), ("a1", "Rent (a1)"), ("a2", "Rent (a2)"), ("new", "new")):
        sent = Page(render_form(document, {"x": value})).sent
        assert [("x", label)] == sent
        assert {"x": value} == record_from_form(document, sent)


def test_rows_share_one_list_of_choices():
    choices = [{"value": f"{n}"} for n in range(60)]
    lines = field("Array", properties={"x": field("String", options=choices)})
    page = Page(render_form(field("Object", properties={"a": lines}), {"a": [{"x": "1"}] * 9}))

    assert 1 == len(page.all("datalist"))
    assert {page.all("datalist")[0]["id"]} == {
        at["list"] for at in page.all("input") if "list" in at
    }


def test_a_sentence_that_only_repeats_the_label_is_left_out():
    texts = {"a": ("Number", "Number"), "b": ("Supplier", "Name of the supplier."), "c": ("X", "Y")}
    inner = {
        name: field("String", displayName=label, description=text)
        for name, (label, text) in texts.items()
    }
    html = render_form(field("Object", properties=inner))

    assert 1 == html.count('class="hint"')


def test_a_reference_is_one_field_until_it_has_more():
    parts = {"id": field("String", required=True), "name": field("String")}
    supplier = field("Object", displayName="Supplier reference", required=True, properties=parts)
    document = field("Object", properties={"supplierRef": supplier})
    missing = [Problem(pointer="/supplierRef", message="Supplier must be given.")]
    html = render_form(document, {}, missing)

    assert ["supplierRef/id"] == [name for name, _ in Page(html).sent]
    assert "required" in Page(html).named("supplierRef/id")
    assert '<a href="#f-supplierRef%252Fid">Supplier must be given.</a>' in html
    named = Page(render_form(document, {"supplierRef": {"id": "1", "name": "Mill"}}))
    assert ["supplierRef/id", "supplierRef/name"] == [name for name, _ in named.sent]


def test_fields_that_the_platform_sets_are_left_out():
    names = ("id", "modifiedDate", "sourceModifiedDate", "reference")
    document = field("Object", properties={name: field("String") for name in names})

    assert ["reference"] == [name for name, _ in Page(render_form(document)).sent]
    assert ["id", "reference"] == [
        name for name, _ in Page(render_form(document, {"id": "7"})).sent
    ]


def test_the_most_wanted_fields_of_a_line_are_columns():
    names = [*(f"odd{n}" for n in range(9)), "quantity", "must"]
    inner = {name: field("String", displayName=name, required=name == "must") for name in names}
    html = render_form(field("Object", properties={"lines": field("Array", properties=inner)}))
    head = html.partition("<thead>")[2].partition("</thead>")[0]

    assert [*(f"odd{n}" for n in range(6)), "quantity", "must"] == re.findall(
        r'scope="col" class="text">(\w+)', head
    )
    assert "<details><summary>More for row" in html


def test_problems_stand_beside_their_fields_and_in_the_summary():
    problems = [Problem(pointer="/lineItems/0/quantity", message="Quantity must be given.")]
    html = render_form(BILL, {"lineItems": [{"quantity": None}]}, problems)
    quantity = Page(html).named("lineItems/0/quantity")

    assert "true" == quantity["aria-invalid"]
    assert f'id="{quantity["aria-describedby"]}"' in html
    assert '<a href="#f-lineItems%252F0%252Fquantity">Quantity must be given.</a>' in html


def test_a_problem_without_a_field_points_to_what_holds_it():
    problems = [
        Problem(pointer="/lineItems/0/colour", message="What?"),
        Problem(pointer="/x", message="Y"),
    ]
    html = render_form(BILL, {"lineItems": [{"quantity": 1}]}, problems)

    assert '<a href="#f-lineItems%252F0">What?</a>' in html
    assert '<li class="error">Y</li>' in html


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


def test_a_text_with_line_breaks_gets_several_lines():
    page = Page(render_form(BILL, {"reference": "two\nlines"}))

    assert "reference" in [at["name"] for at in page.all("textarea")]


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


def test_html_and_script_in_any_text_are_shown_as_text():
    attack = "\"><script>alert(1)</script>'&"
    choices = [{"value": attack, "displayName": attack}]
    node = {"displayName": attack, "description": attack, "validation": rule(attack)}
    inner = {attack: field("String", **node), "choice": field("String", options=choices)}
    document = field(
        "Object", **node, properties=inner | {"rows": field("Array", **node, properties=inner)}
    )
    record = {attack: attack, "choice": attack, "rows": [{attack: attack}]}

    html = render_form(document, record, [Problem(pointer="/choice", message=attack)])

    assert "<script" not in html
    assert not {tag for tag, _ in Page(html).elements} & {"script", "img", "svg", "iframe"}


def test_ids_are_unique_and_without_spaces():
    names = ["a b", "a%20b", "a/b", "a~1b", "é"]
    document = field("Object", properties={name: field("String") for name in names})
    ids = [at["id"] for _, at in Page(render_form(document)).elements if "id" in at]

    assert sorted(set(ids)) == sorted(ids)
    assert not [each for each in ids if " " in each]


def test_lists_nested_without_end_are_written_as_json():
    document = field("Array", properties={"x": field("String")})
    for _ in range(40):
        document = field("Array", properties={"a": document})

    assert len(render_form(field("Object", properties={"a": document}))) < 20_000


def test_more_choices_than_a_page_can_hold_are_typed():
    choices = [{"value": f"{n}"} for n in range(60_000)]

    html = render_form(field("Object", properties={"x": field("String", options=choices)}))

    assert "text" == Page(html).named("x")["type"]


@pytest.mark.parametrize("record", [None, {"lineItems": "x", "supplierRef": [1]}])
def test_an_object_of_any_shape_is_shown_in_fields(record):
    assert "<fieldset" in render_form(BILL, record)


@pytest.mark.parametrize(("record", "text"), [([], "[]"), ("tex", "tex"), (7, "7")])
def test_what_is_no_object_stays_as_it_was_typed(record, text):
    (typed,) = Page(render_form(BILL, record)).sent

    assert (WHOLE, text) == typed
    assert record == record_from_form(BILL, [typed])
    assert ["error"] == [one.severity for one in validate_record(BILL, record)]


def many_lines(count):
    return {"reference": "A", "lineItems": [{"quantity": n} for n in range(count)]}


def test_a_record_of_many_rows_is_written_as_json():
    record = many_lines(4000)
    html = render_form(BILL, record)
    (whole,) = Page(html).sent

    assert len(html) < 3 * len(dumps(record))
    assert record == record_from_form(BILL, [whole], record)
    mended = whole[1].replace("3999", "77")
    lines = record_from_form(BILL, [(WHOLE, mended)], record)["lineItems"]
    assert [{"quantity": 3998}, {"quantity": 77}] == lines[-2:]


def test_rows_are_counted_over_all_lists():
    rows = field("Array", properties={"inner": field("Array", properties={"x": field("String")})})
    record = {"a": [{"inner": [{"x": "y"}] * 20}] * 20}

    ((name, _),) = Page(render_form(field("Object", properties={"a": rows}), record)).sent

    assert WHOLE == name


def test_of_many_problems_200_are_told_and_the_others_counted():
    problems = [
        Problem(pointer=f"/lineItems/{n}", message=f"No {n}.", rule="r", severity="error")
        for n in range(10_000)
    ]
    html = render_form(BILL, many_lines(3), problems)

    assert ("No 199." in html, "No 200." in html) == (True, False)
    assert "and 9800 more" in html


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
