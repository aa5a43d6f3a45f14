import re

import pytest

from codat.models import Problem
from gateway.pages.forms.fields import WHOLE
from gateway.pages.forms.render import record_from_form, referring_fields, render_form
from tests.support.form_documents import BILL, many_lines
from tests.support.html_page import Page
from tests.support.option_documents import field, rule


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


def test_a_list_of_thousands_leaves_the_page_small_and_says_so():
    choices = [{"value": f"id-{n}", "displayName": f"Account number {n}"} for n in range(5000)]
    document = field("Object", properties={"x": field("String", options=choices)})
    html = render_form(document)
    offered = len(Page(html).all("option"))

    assert len(html) < 30_000
    assert 200 < offered < 5000
    assert f"{5000 - offered} more can be typed" in html
    typed = record_from_form(document, [("x", "Account number 4999")])
    assert {"x": "id-4999"} == typed


def test_a_reference_is_offered_from_the_books_by_name():
    parts = {"id": field("String", required=True), "name": field("String")}
    supplier = field("Object", displayName="Supplier reference", properties=parts)
    document = field("Object", properties={"supplierRef": supplier})
    books = {"supplierRef": [("s-1", "Mill & Sons"), ("s-2", "<b>")]}
    html = render_form(document, {"supplierRef": {"id": "s-1"}}, offered=books)

    assert {"supplierRef"} == referring_fields(document)
    assert [("s-1", "Mill & Sons"), ("s-2", "<b>")] == [
        (at["value"], at["label"]) for at in Page(html).all("option")
    ]
    assert Page(html).all("datalist")[0]["id"] == Page(html).named("supplierRef/id")["list"]
    assert "Mill &amp; Sons." in html  # says whose id stands there
    assert {"supplierRef": {"id": "s-9"}} == record_from_form(document, [("supplierRef/id", "s-9")])


def test_what_options_offer_is_not_offered_from_the_books():
    parts = {"id": field("String", options=[{"value": "s-1"}])}
    supplier = field("Object", properties=parts)
    document = field("Object", properties={"supplierRef": supplier})
    html = render_form(document, offered={"supplierRef": [("s-2", "Other")]})

    assert "s-2" not in html


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


def test_a_text_with_line_breaks_gets_several_lines():
    page = Page(render_form(BILL, {"reference": "two\nlines"}))

    assert "reference" in [at["name"] for at in page.all("textarea")]


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
