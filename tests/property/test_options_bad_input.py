import math
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from codat.validation.schema import UnreadableOptions, json_schema, read_options
from codat.validation.validate import validate_record
from tests.support.option_documents import field, rule


def nested(depth, innermost=None):
    value = innermost if innermost is not None else {}
    for _ in range(depth):
        value = {"a": value}
    return value


def nested_options(depth):
    option = field("String")
    for _ in range(depth):
        option = field("Object", properties={"a": option})
    return option


@pytest.mark.parametrize("document", [None, [], "options", 7, True, [{"type": "Object"}]])
def test_options_that_are_no_object_are_refused_in_one_sentence(document):
    with pytest.raises(UnreadableOptions, match="not a JSON object"):
        json_schema(document)


def test_cyclic_options_are_refused():
    document = field("Object")
    document["properties"] = {"a": document, "b": document}

    with pytest.raises(UnreadableOptions, match="nested more than"):
        json_schema(document)


def test_options_with_far_too_many_fields_are_refused():
    document = field("Object", properties={str(n): field("String") for n in range(30_000)})

    with pytest.raises(UnreadableOptions, match="more than 20000 fields"):
        json_schema(document)


def test_options_that_share_parts_a_billion_times_are_refused():
    shared = field("String")
    for _ in range(40):
        shared = field("Object", properties={"a": shared, "b": shared})

    with pytest.raises(UnreadableOptions):
        json_schema(shared)


def test_options_nested_as_deep_as_allowed_judge_a_record():
    assert [] == validate_record(nested_options(60), nested(60, "text"))


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
def test_a_record_nested_deep_is_judged(depth):
    document = field("Object", properties={"a": field("Object")})

    assert [] == validate_record(document, nested(depth))


def test_names_that_are_no_text_are_judged_as_texts():
    assert ["/7"] == [
        each.pointer for each in validate_record(field("Object", properties={"a": {}}), {7: 1})
    ]


def test_an_empty_document_allows_everything():
    assert [] == validate_record({}, {"anything": [1]})


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "Hologram", "properties": {"a": field("String")}},
        {"type": None, "required": None, "properties": None, "options": None, "validation": None},
        {"type": 7, "displayName": ["x"], "options": "x", "validation": "x", "properties": []},
        {"type": "File"},
        {"type": "MultiPart"},
        {"type": "Array", "options": [{"value": "a"}]},
        {"type": "String", "properties": {"a": "b"}, "options": [None, 7, {"value": None}]},
        {"type": "String", "validation": {"warnings": [None, {"details": None}, {"field": "x"}]}},
    ],
)
def test_odd_nodes_convert_and_stop_nothing(odd):
    document = field("Object", properties={"odd": odd})

    Draft202012Validator.check_schema(json_schema(document))
    assert [] == [
        each for each in validate_record(document, {"other": 1}) if each.severity == "error"
    ]


def test_a_schema_keyword_as_a_field_name_is_a_name():
    names = ["$ref", "$schema", "properties", "required", "enum", "allOf", "$defs", "__proto__"]
    document = field("Object", properties={name: field("String", required=True) for name in names})

    Draft202012Validator.check_schema(json_schema(document))
    assert [] == validate_record(document, dict.fromkeys(names, "x"))
    assert {f"/{name}" for name in names} == {
        each.pointer for each in validate_record(document, {})
    }


def test_choices_without_a_value_are_not_offered_and_only_warn():
    choices = [{"value": "a", "displayName": "A"}, {"displayName": "B"}]
    document = field("Object", properties={"x": field("String", options=choices)})

    assert ["a"] == json_schema(document)["properties"]["x"]["enum"]
    assert ["warning"] == [each.severity for each in validate_record(document, {"x": "B"})]
    assert ["error"] == [each.severity for each in validate_record(document, {"x": "C"})]


def test_choices_that_all_lack_a_value_allow_any_text():
    document = field("Object", properties={"x": field("String", options=[{"displayName": "B"}])})

    assert [] == validate_record(document, {"x": "anything"})


def test_choices_of_a_number_are_numbers_however_written():
    choices = [{"value": "1"}, {"value": "2.50"}]
    document = field("Object", properties={"x": field("Number", options=choices)})

    assert [] == [
        each
        for value in (1, 2.5, Decimal("2.500"))
        for each in validate_record(document, {"x": value})
    ]
    assert ["choice"] == [each.rule for each in validate_record(document, {"x": 3})]


@pytest.mark.parametrize("record", [None, [], "text", 7, math.nan])
def test_a_record_that_is_no_object_has_one_error(record):
    assert [("", "error", "type")] == [
        (each.pointer, each.severity, each.rule)
        for each in validate_record(field("Object"), record)
    ]


@pytest.mark.parametrize(
    "number",
    [
        math.nan,
        math.inf,
        Decimal("sNaN"),
        Decimal("Infinity"),
        pytest.param(10**9000, id="9,000 digits"),  # JSON so long is refused before
    ],
)
def test_what_is_no_number_is_said_to_be_none(number):
    node = field("Number", options=[{"value": "1"}], validation=rule("Must be positive"))

    assert ["type"] == [
        each.rule
        for each in validate_record(field("Object", properties={"x": node}), {"x": number})
    ]


@pytest.mark.parametrize("number", [Decimal("1e999999"), Decimal("-1e-999999"), 10**4000])
def test_numbers_of_any_size_are_weighed(number):
    sentences = [
        rule("Must be greater than zero."),
        rule("Precision must be maximum of two decimal places."),
    ]
    node = field("Number", validation={"warnings": [each["warnings"][0] for each in sentences]})

    found = validate_record(field("Object", properties={"x": node}), {"x": number})

    assert (number < 0) is bool(found)


def test_a_document_of_fifty_megabytes_is_converted():
    text = "x" * 500
    choices = [{"value": f"{n}", "displayName": text} for n in range(100_000)]
    document = field("Object", properties={"x": field("String", options=choices)})

    assert 100_000 == len(json_schema(read_options(document))["properties"]["x"]["enum"])
