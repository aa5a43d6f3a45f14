import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from codat.validation.schema import json_schema
from codat.validation.validate import compile_schema, validate_record
from tests.support.option_documents import changes, documents, fitting
from tests.support.published_documents import PUBLISHED, published

NAMES = sorted(path.stem for path in PUBLISHED.glob("options/*.json")) or ["bills_xero"]


@given(documents())
def test_any_document_becomes_a_valid_schema(document):
    schema = json_schema(document)

    Draft202012Validator.check_schema(schema)
    assert schema == json.loads(json.dumps(schema))


@given(documents())
def test_a_fitting_record_has_no_problem(document):
    assert [] == validate_record(document, fitting(document))


@given(documents())
@settings(max_examples=50, deadline=None)
def test_each_change_is_an_error_at_its_place(document):
    checker = compile_schema(document)

    for change in changes(document):
        found = [
            (problem.pointer, problem.severity)
            for problem in validate_record(checker, change.record)
        ]
        assert [(change.pointer, "error")] == found, change


@pytest.mark.parametrize("name", NAMES)
def test_a_fitting_record_passes_the_published_document(name):
    document = published(f"options/{name}.json")

    assert [] == validate_record(document, fitting(document))


@pytest.mark.parametrize("name", NAMES)
def test_each_change_is_found_in_the_published_document(name):
    document = published(f"options/{name}.json")
    checker = compile_schema(document)

    for change in changes(document):
        errors = [
            each.pointer
            for each in validate_record(checker, change.record)
            if each.severity == "error"
        ]
        assert [change.pointer] == errors, change
